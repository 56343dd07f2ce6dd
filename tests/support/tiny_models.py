"""Models with random weights and MiniLM's vocabulary, small enough to be trained and saved within a test."""

import shutil

from index.embedding.pretrained import MINILM, encoder_folder

WIDTH = 32


def save_bert(folder, *, layers, pooler=True):
    """Save a BERT of a few layers and 32 dimensions with its tokenizer to a folder, and return that."""
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(1)
    config = BertConfig(hidden_size=WIDTH, num_hidden_layers=layers, num_attention_heads=2, intermediate_size=64)
    BertModel(config, add_pooling_layer=pooler).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json"):
        shutil.copy(encoder_folder(MINILM) / name, folder / name)
    return folder


def save_encoder(folder, *, layers):
    """Save a sentence-transformers model of such a BERT, mean pooling, and return its folder."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    save_bert(folder / "bert", layers=layers)
    transformer = Transformer(str(folder / "bert"), max_seq_length=64)
    SentenceTransformer(modules=[transformer, Pooling(WIDTH)], device="cpu").save(str(folder / "model"))
    return folder / "model"
