# The blocks of the Qwen2, Qwen3 and Llama families as plain functions of float tensors: what a model laid open for comparison
# runs, and what serving and training share. TorchScript's serialised Python, see decoder.py. Shapes: B rows, T tokens, H
# heads, K heads of keys and values, D head size, C model width, V vocabulary.
#
# w holds the weights; an empty tensor means that the family has none of it:
#   0 embedding [V, C]   1 final norm [C]   2 output head [V, C], empty if tied   3 token types [types, C]
#   then 9 for each layer, from o = 4 + 9 * layer:
#   o norm [C]           o+1 q, k, v [(H + 2 K) D, C]   o+2 their biases   o+3 q norm [D]   o+4 k norm [D]
#   o+5 output [C, H D]  o+6 norm [C]                   o+7 gate, up [2 F, C]               o+8 down [C, F]
# shape is [layers, H, K, D]; inv_freq [D / 2] holds the rotary frequencies.


# Token embeddings, plus those of the token types where there is a table of them. [B, T] to [B, T, C].
def embed(ids: Tensor, types: Tensor, w: List[Tensor]) -> Tensor:
  x = torch.embedding(w[0], ids)
  if w[3].numel() > 0:
    x = x + torch.embedding(w[3], types)
  return x

# Cosines and sines [B, T, 1, D / 2] of the positions [B, T], in the precision of `like`; the angles are float32.
def rotations(positions: Tensor, inv_freq: Tensor, like: Tensor) -> Tuple[Tensor, Tensor]:
  angles = (positions.to(6).unsqueeze(-1) * inv_freq).unsqueeze(2)
  return (torch.cos(angles).to(like.dtype), torch.sin(angles).to(like.dtype))

# Cosines and sines [N, 1, D] of positions [N], so that x * cos + roll(x, D / 2) * sin rotates pairs (i, i + D / 2).
def rotary_tables(positions: Tensor, inv_freq: Tensor, like: Tensor) -> Tuple[Tensor, Tensor]:
  angles = positions.to(6).unsqueeze(-1) * inv_freq
  c = torch.cos(angles)
  s = torch.sin(angles)
  cos = torch.cat([c, c], -1).unsqueeze(1).to(like.dtype)
  sin = torch.cat([torch.neg(s), s], -1).unsqueeze(1).to(like.dtype)
  return (cos, sin)

# Rotates pairs (i, i + D / 2) of each head. [B, T, heads, D].
def rope(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  h = x.size(-1) // 2
  a = x[..., 0:h]
  b = x[..., h:]
  return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)

# Queries [B, H, T, D], keys and values [B, K, T, D] of the layer whose weights begin at o.
def project(x: Tensor, w: List[Tensor], o: int, cos: Tensor, sin: Tensor, shape: List[int], eps: float) -> Tuple[Tensor, Tensor, Tensor]:
  H = shape[1]
  K = shape[2]
  D = shape[3]
  n = torch.rms_norm(x, [x.size(-1)], w[o], eps)
  if w[o + 2].numel() > 0:
    qkv = torch.linear(n, w[o + 1], w[o + 2])
  else:
    qkv = torch.linear(n, w[o + 1])
  qkv = qkv.view([x.size(0), x.size(1), H + 2 * K, D])
  qk = qkv[:, :, 0:H + K]
  if w[o + 3].numel() > 0:
    q = torch.rms_norm(qk[:, :, 0:H], [D], w[o + 3], eps)
    k = torch.rms_norm(qk[:, :, H:], [D], w[o + 4], eps)
    qk = torch.cat([q, k], 2)
  qk = __torch__.rope(qk, cos, sin)
  return (qk[:, :, 0:H].transpose(1, 2), qk[:, :, H:].transpose(1, 2), qkv[:, :, H + K:].transpose(1, 2))

# One block over whole prompts. [B, T, C].
def block(x: Tensor, w: List[Tensor], o: int, cos: Tensor, sin: Tensor, mask: Tensor, shape: List[int], eps: float) -> Tensor:
  B = x.size(0)
  T = x.size(1)
  H = shape[1]
  K = shape[2]
  D = shape[3]
  q, k, v = __torch__.project(x, w, o, cos, sin, shape, eps)
  kh = k
  vh = v
  if H > K:
    kh = k.unsqueeze(2).expand([B, K, H // K, T, D]).reshape([B, H, T, D])
    vh = v.unsqueeze(2).expand([B, K, H // K, T, D]).reshape([B, H, T, D])
  a = torch.scaled_dot_product_attention(q, kh, vh, mask)
  return __torch__.feed_forward(x, a.transpose(1, 2).reshape([B, T, H * D]), w, o, eps)

# The rest of a block: adds attention's output, then the gated feed-forward.
def feed_forward(x: Tensor, attention: Tensor, w: List[Tensor], o: int, eps: float) -> Tensor:
  x = x + torch.linear(attention, w[o + 5])
  gu = torch.linear(torch.rms_norm(x, [x.size(-1)], w[o + 6], eps), w[o + 7])
  F = gu.size(-1) // 2
  return x + torch.linear(torch.silu(gu[..., 0:F]) * gu[..., F:], w[o + 8])

def head_weight(w: List[Tensor]) -> Tensor:
  h = w[2]
  if h.numel() == 0:
    h = w[0]
  return h

# Final norm and output head: float32 logits.
def head(x: Tensor, w: List[Tensor], eps: float) -> Tensor:
  return torch.linear(torch.rms_norm(x, [x.size(-1)], w[1], eps), __torch__.head_weight(w)).to(6)
