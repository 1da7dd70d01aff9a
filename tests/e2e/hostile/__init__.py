"""What goes wrong around a call, and pages that mean harm, in both browsers: one start of each for the whole folder."""
