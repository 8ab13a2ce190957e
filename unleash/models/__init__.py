"""Model families: pictures to codes and back, and what code a cell may have; and where models lie."""
