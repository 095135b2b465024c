# ELECTRA's discriminator with a head for classes: what transformers calls ElectraForSequenceClassification. Packed
# together with encoder.py, which says what the arguments are; starts [B] are the positions of the rows' first tokens in
# N, and rotary is not used.


class Electra(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  # Logits [B, labels], float32.
  def classify(self: __torch__.Electra, ids: Tensor, types: Tensor, positions: Tensor, starts: Tensor, groups: List[int], w: List[Tensor], shape: List[int], eps: float, rotary: List[Tensor]) -> Tensor:
    norms = annotate(List[Tensor], [])
    x = __torch__.post_norm(ids, types, positions, groups, w, shape, eps, norms, False)
    return __torch__.head(x, starts, w)

  # The same with what a comparison wants to see: hidden states [N, C] and norms [N, layers + 1], float32.
  def trace(self: __torch__.Electra, ids: Tensor, types: Tensor, positions: Tensor, starts: Tensor, groups: List[int], w: List[Tensor], shape: List[int], eps: float, rotary: List[Tensor]) -> Tuple[Tensor, Tensor, Tensor]:
    norms = annotate(List[Tensor], [])
    x = __torch__.post_norm(ids, types, positions, groups, w, shape, eps, norms, True)
    return (__torch__.head(x, starts, w), x.to(6), torch.stack(norms, -1))


# The first token's state through a dense layer with gelu, then the output.
def head(x: Tensor, starts: Tensor, w: List[Tensor]) -> Tensor:
  dense = torch.gelu(torch.linear(torch.index_select(x, 0, starts), w[7], w[8]))
  return torch.linear(dense, w[9], w[10]).to(6)
