# Loaded behind blocks.py and decoder.py: the decoder's attention, and libtorch's fused one for CPUs. q [B, H, T, D], k and v
# [B, H, S, D], mask [B, 1, 1, S] or empty.
class AttentionComparison(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  def both(self: __torch__.AttentionComparison, q: Tensor, k: Tensor, v: Tensor, causal: bool, mask: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
    if mask.numel() > 0:
      o, s = torch._scaled_dot_product_flash_attention_for_cpu(q, k, v, 0., False, attn_mask=mask)
    else:
      o, s = torch._scaled_dot_product_flash_attention_for_cpu(q, k, v, 0., causal)
    B = q.size(0)
    H = q.size(1)
    T = q.size(2)
    S = k.size(2)
    D = q.size(3)
    hidden = mask
    if mask.numel() > 0:
      hidden = mask.expand([B, H, T, S]).reshape([B * H, T, S])
    if causal:
      hidden = torch.full([1, T, S], float("-inf")).triu(1)
    p, t = __torch__.attention(q.reshape([B * H, T, D]), k.reshape([B * H, S, D]), v.reshape([B * H, S, D]), hidden, True)
    return (o, s, p.view([B, H, T, D]), t.view([B, H, T]))
