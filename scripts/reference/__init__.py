"""The pages that are made from the code, so that they tell what it does.

`python -m scripts.reference` writes them; `make docs` refuses to build old ones.
"""
