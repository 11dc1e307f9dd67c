"""The model server process: started with `python -m engine.serving`, never imported."""
