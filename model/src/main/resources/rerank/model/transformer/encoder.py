# What the encoders share, in TorchScript's serialised Python (see decoder.py for how to read it): bert.py, electra.py and
# modernbert.py are each packed together with this file. Nothing here holds state.
#
# Rows of a batch lie one behind the other without padding, so there is nothing to mask and nothing computed in vain:
# N tokens of all rows, of which `groups` says what they are: rows and length, rows and length, ..., rows of one length
# being neighbours. Other shapes: B rows, T tokens of a row, H heads, D head size, C model width, E embedding width.


# Attention within each row. qkv [N, 3, H, D] to [N, H D]. masks holds one [T, T] for each group, true where a position
# may look; an empty one, or no masks at all, lets it look everywhere.
def attend(qkv: Tensor, groups: List[int], masks: List[Tensor]) -> Tensor:
  H = qkv.size(2)
  D = qkv.size(3)
  parts = annotate(List[Tensor], [])
  at = 0
  for g in range(len(groups) // 2):
    n = groups[2 * g]
    T = groups[2 * g + 1]
    rows = qkv[at:at + n * T].view([n, T, 3, H, D]).permute([2, 0, 3, 1, 4])
    mask = torch.zeros([0], device=qkv.device)
    if len(masks) > 0:
      mask = masks[g]
    if mask.numel() == 0:
      a = torch.scaled_dot_product_attention(rows[0], rows[1], rows[2])
    else:
      a = torch.scaled_dot_product_attention(rows[0], rows[1], rows[2], mask)
    parts.append(a.transpose(1, 2).reshape([n * T, H * D]))
    at = at + n * T
  return torch.cat(parts, 0)

# L2 norm of each token's vector, float32.
def length_of(x: Tensor) -> Tensor:
  return torch.sqrt(torch.sum(torch.pow(x.to(6), 2), [-1]))

# The encoder of BERT and ELECTRA: embeddings, then blocks with the norm after each addition. Tokens ids, types and
# positions [N] to hidden states [N, C]; where `traced`, appends the norms before the first block and after each.
#
# w: 0 words [V, E]   1 positions [P, E]   2 token types [types, E]   3, 4 norm and its bias [E]
#    5, 6 projection [C, E] and its bias, empty where E is C
#    7, 8 dense of the head [C, C] and its bias   9, 10 its output [labels, C] and bias
# then 12 for each layer, from o = 11 + 12 * layer:
#    o, o+1 q, k, v [3 C, C] and bias   o+2, o+3 output [C, C] and bias   o+4, o+5 norm and bias
#    o+6, o+7 inner [F, C] and bias     o+8, o+9 outer [C, F] and bias    o+10, o+11 norm and bias
# shape is [layers, H].
def post_norm(ids: Tensor, types: Tensor, positions: Tensor, groups: List[int], w: List[Tensor], shape: List[int], eps: float, norms: List[Tensor], traced: bool) -> Tensor:
  N = ids.size(0)
  H = shape[1]
  no_masks = annotate(List[Tensor], [])
  x = torch.embedding(w[0], ids) + torch.embedding(w[2], types) + torch.embedding(w[1], positions)
  x = torch.layer_norm(x, [x.size(-1)], w[3], w[4], eps)
  if w[5].numel() > 0:
    x = torch.linear(x, w[5], w[6])
  C = x.size(-1)
  if traced:
    norms.append(__torch__.length_of(x))
  for l in range(shape[0]):
    o = 11 + 12 * l
    qkv = torch.linear(x, w[o], w[o + 1]).view([N, 3, H, C // H])
    a = torch.linear(__torch__.attend(qkv, groups, no_masks), w[o + 2], w[o + 3])
    x = torch.layer_norm(a + x, [C], w[o + 4], w[o + 5], eps)
    f = torch.linear(torch.gelu(torch.linear(x, w[o + 6], w[o + 7])), w[o + 8], w[o + 9])
    x = torch.layer_norm(f + x, [C], w[o + 10], w[o + 11], eps)
    if traced:
      norms.append(__torch__.length_of(x))
  return x
