"""What several hosts share through Redis; parent and workers use it alike."""
