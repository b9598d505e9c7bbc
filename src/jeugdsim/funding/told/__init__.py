"""What a contract agrees, as rows of numbers: who bears which risk, from which euro. No language."""
