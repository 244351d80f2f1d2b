"""Who is who, who may what, and who may read which document."""
