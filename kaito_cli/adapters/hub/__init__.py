"""The model hub, by huggingface_hub; and the same files in a folder."""
