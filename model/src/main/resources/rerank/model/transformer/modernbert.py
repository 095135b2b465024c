# ModernBERT with a head for classes: what transformers calls ModernBertForSequenceClassification. Packed together with
# encoder.py, which says what the arguments are; token types are not used, and starts [B] are the positions of the rows'
# first tokens in N.
#
# w: 0 words [V, C]   1 their norm   2 final norm   3, 4 dense of the head [C, C] and its bias, empty if it has none
#    5 norm of the head   6, 7 classifier [labels, C] and bias
# then 6 for each layer, from o = 8 + 6 * layer:
#    o norm, empty in the first layer   o+1 q, k, v [3 C, C]   o+2 output [C, C]
#    o+3 norm   o+4 input, gate [2 F, C]   o+5 outer [C, F]
# shape is [layers, H, mean, reach, then 1 for each layer that looks everywhere and 0 for one that looks `reach` tokens
# to each side]; mean is 1 where the head takes the mean over a row and 0 where it takes the first token. rotary holds
# the frequencies [D / 2] of the former and of the latter layers.


class ModernBert(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  # Logits [B, labels], float32.
  def classify(self: __torch__.ModernBert, ids: Tensor, types: Tensor, positions: Tensor, starts: Tensor, groups: List[int], w: List[Tensor], shape: List[int], eps: float, rotary: List[Tensor]) -> Tensor:
    norms = annotate(List[Tensor], [])
    x = __torch__.pre_norm(ids, positions, groups, w, shape, eps, rotary, norms, False)
    return __torch__.head(x, starts, groups, w, shape, eps)

  # The same with what a comparison wants to see: hidden states [N, C] and norms [N, layers + 1], float32. The last of
  # the norms is before the final norm, as the reference gives it.
  def trace(self: __torch__.ModernBert, ids: Tensor, types: Tensor, positions: Tensor, starts: Tensor, groups: List[int], w: List[Tensor], shape: List[int], eps: float, rotary: List[Tensor]) -> Tuple[Tensor, Tensor, Tensor]:
    norms = annotate(List[Tensor], [])
    x = __torch__.pre_norm(ids, positions, groups, w, shape, eps, rotary, norms, True)
    return (__torch__.head(x, starts, groups, w, shape, eps), x.to(6), torch.stack(norms, -1))


# Embeddings, then blocks with the norm before each part, then the final norm. [N] to [N, C].
def pre_norm(ids: Tensor, positions: Tensor, groups: List[int], w: List[Tensor], shape: List[int], eps: float, rotary: List[Tensor], norms: List[Tensor], traced: bool) -> Tensor:
  N = ids.size(0)
  H = shape[1]
  x = __torch__.norm(torch.embedding(w[0], ids), w[1], eps)
  C = x.size(-1)
  everywhere = annotate(List[Tensor], [])
  nearby = __torch__.windows(groups, shape[3], x)
  cos, sin = __torch__.rotations(positions, rotary[0], x)
  near_cos, near_sin = __torch__.rotations(positions, rotary[1], x)
  if traced:
    norms.append(__torch__.length_of(x))
  for l in range(shape[0]):
    o = 8 + 6 * l
    n = x
    if w[o].numel() > 0:
      n = __torch__.norm(x, w[o], eps)
    qkv = torch.linear(n, w[o + 1]).view([N, 3, H, C // H])
    if shape[4 + l] == 1:
      a = __torch__.attend(__torch__.rotate(qkv, cos, sin), groups, everywhere)
    else:
      a = __torch__.attend(__torch__.rotate(qkv, near_cos, near_sin), groups, nearby)
    x = x + torch.linear(a, w[o + 2])
    ig = torch.linear(__torch__.norm(x, w[o + 3], eps), w[o + 4])
    F = ig.size(-1) // 2
    x = x + torch.linear(torch.gelu(ig[:, 0:F]) * ig[:, F:], w[o + 5])
    if traced:
      norms.append(__torch__.length_of(x))
  return __torch__.norm(x, w[2], eps)

def norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
  return torch.layer_norm(x, [x.size(-1)], weight, None, eps)

# For each group the positions within reach of each other [T, T]; empty where that is all of them.
def windows(groups: List[int], reach: int, like: Tensor) -> List[Tensor]:
  masks = annotate(List[Tensor], [])
  for g in range(len(groups) // 2):
    T = groups[2 * g + 1]
    mask = torch.zeros([0], device=like.device)
    if T > reach + 1:
      at = torch.arange(T, device=like.device)
      mask = torch.le(torch.abs(at.unsqueeze(0) - at.unsqueeze(1)), reach)
    masks.append(mask)
  return masks

# Cosines and sines [N, 1, 1, D / 2], in the precision of `like`; the angles are float32.
def rotations(positions: Tensor, frequencies: Tensor, like: Tensor) -> Tuple[Tensor, Tensor]:
  angles = (positions.to(6).unsqueeze(-1) * frequencies).unsqueeze(1).unsqueeze(1)
  return (torch.cos(angles).to(like.dtype), torch.sin(angles).to(like.dtype))

# Rotates pairs (i, i + D / 2) of each head of q and k; v stays. [N, 3, H, D].
def rotate(qkv: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  h = qkv.size(-1) // 2
  a = qkv[:, 0:2, :, 0:h]
  b = qkv[:, 0:2, :, h:]
  return torch.cat([torch.cat([a * cos - b * sin, b * cos + a * sin], -1), qkv[:, 2:3]], 1)

# Mean or first token, dense layer with gelu, norm, classifier.
def head(x: Tensor, starts: Tensor, groups: List[int], w: List[Tensor], shape: List[int], eps: float) -> Tensor:
  if shape[2] == 1:
    pooled = __torch__.means(x, groups)
  else:
    pooled = torch.index_select(x, 0, starts)
  if w[4].numel() > 0:
    dense = torch.linear(pooled, w[3], w[4])
  else:
    dense = torch.linear(pooled, w[3])
  return torch.linear(__torch__.norm(torch.gelu(dense), w[5], eps), w[6], w[7]).to(6)

# The mean over each row. [N, C] to [B, C].
def means(x: Tensor, groups: List[int]) -> Tensor:
  parts = annotate(List[Tensor], [])
  at = 0
  for g in range(len(groups) // 2):
    n = groups[2 * g]
    T = groups[2 * g + 1]
    parts.append(torch.mean(x[at:at + n * T].view([n, T, -1]), [1]))
    at = at + n * T
  return torch.cat(parts, 0)
