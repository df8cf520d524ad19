"""`python -m infino.cli`, for when the script is not on the path."""

from infino.cli import main

main()
