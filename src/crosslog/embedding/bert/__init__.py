"""BERT in numpy: vectors of some hundred texts are there before torch and transformers would be imported."""
