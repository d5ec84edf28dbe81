"""Rules of a team, one file each."""
