"""Model families (pictures to codes and back, predictions of codes), and where models are stored."""
