"""What `generate`, `promote`, `next` and `status` did or found."""
