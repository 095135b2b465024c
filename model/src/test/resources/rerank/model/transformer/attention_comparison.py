# Loaded behind blocks.py and decoder.py: calls both ways to compute attention, whatever the device.
class AttentionComparison(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  def both(self: __torch__.AttentionComparison, q: Tensor, k: Tensor, v: Tensor, causal: bool, mask: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
    o, s = __torch__.attention(q, k, v, causal, mask)
    p, t = __torch__.attention_in_parts(q, k, v, causal, mask)
    return (o, s, p, t)
