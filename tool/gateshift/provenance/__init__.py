"""From a built field back to the file and line that wrote it, through bases, patches, generators and transformers."""
