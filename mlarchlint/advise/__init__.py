"""From requirements alone to designs: built as code, judged by the same flow as any other."""
