"""`python -m satchel` and the `satchel` command."""

from satchel.cli import main

if __name__ == "__main__":
    main(prog_name="satchel")
