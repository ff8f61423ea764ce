"""What several commands need: roots built, rollouts and stages found, pointers read."""
