# The decoder of the Qwen2, Qwen3 and Llama families, in TorchScript's serialised Python: what the importer of libtorch
# reads, so ids of dtypes stand for their names (float32 is 6), operators are torch.*, and functions of this file are
# called as __torch__.*. A call from Java runs all layers. Nothing here holds state: weights and caches are arguments.
#
# Shapes: B rows, T tokens, H heads, K heads of keys and values, D head size, C model width, V vocabulary, S cached
# positions.
#
# w holds the weights; an empty tensor means that the family has none of it:
#   0 embedding [V, C]   1 final norm [C]   2 output head [V, C], empty if tied   3 token types [types, C]
#   then 9 for each layer, from o = 4 + 9 * layer:
#   o norm [C]           o+1 q, k, v [(H + 2 K) D, C]   o+2 their biases   o+3 q norm [D]   o+4 k norm [D]
#   o+5 output [C, H D]  o+6 norm [C]                   o+7 gate, up [2 F, C]               o+8 down [C, F]
# shape is [layers, H, K, D]; inv_freq [D / 2] holds the rotary frequencies; kc and vc hold one [B, K, S, D] for each
# layer.


class Decoder(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  # Runs right-padded prompts, writes their keys and values into rows [row, row + B) of the cache (kc and vc may be
  # empty lists: nothing is kept), and chooses the token after each of the positions `last` [B].
  # Padding after a prompt needs no mask: causal attention never looks there, and decoding overwrites it in the cache.
  def prefill(self: __torch__.Decoder, ids: Tensor, types: Tensor, last: Tensor, row: int, kc: List[Tensor], vc: List[Tensor], w: List[Tensor], inv_freq: Tensor, shape: List[int], eps: float, temperature: float, top_p: float, uniform: Tensor, asked: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    B = ids.size(0)
    T = ids.size(1)
    positions = torch.arange(T, device=ids.device).unsqueeze(0)
    x = __torch__.embed(ids, types, w)
    cos, sin = __torch__.rotations(positions, inv_freq, x)
    no_mask = torch.zeros([0], device=x.device)
    for l in range(shape[0]):
      x, k, v = __torch__.block(x, w, 4 + 9 * l, cos, sin, no_mask, shape, eps)
      if len(kc) > 0:
        kc[l][row:row + B, :, 0:T] = k
        vc[l][row:row + B, :, 0:T] = v
    # Only the positions asked for pay for the head.
    at = torch.arange(B, device=ids.device) * T + last
    x = torch.index_select(x.reshape([B * T, -1]), 0, at)
    return __torch__.choose(__torch__.head(x, w, eps), temperature, top_p, uniform, asked)

  # Feeds one token a row, ids [B] of types [B] at their own positions [B], to rows of different length. `longest` is
  # the largest position plus one.
  def decode(self: __torch__.Decoder, ids: Tensor, types: Tensor, positions: Tensor, longest: int, kc: List[Tensor], vc: List[Tensor], w: List[Tensor], inv_freq: Tensor, shape: List[int], eps: float, temperature: float, top_p: float, uniform: Tensor, asked: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    B = ids.size(0)
    H = shape[1]
    K = shape[2]
    D = shape[3]
    x = __torch__.embed(ids.unsqueeze(1), types.unsqueeze(1), w)
    cos, sin = __torch__.rotations(positions.unsqueeze(1), inv_freq, x)
    rows = torch.arange(B, device=ids.device)
    ahead = torch.gt(torch.arange(longest, device=ids.device).unsqueeze(0), positions.unsqueeze(1))
    mask = torch.masked_fill(torch.zeros([B, longest], dtype=x.dtype, device=x.device), ahead, float("-inf")).view([B, 1, 1, longest])
    for l in range(shape[0]):
      o = 4 + 9 * l
      q, k, v = __torch__.project(x, w, o, cos, sin, shape, eps)
      torch.index_put_(kc[l].transpose(1, 2), [rows, positions], k.squeeze(2))
      torch.index_put_(vc[l].transpose(1, 2), [rows, positions], v.squeeze(2))
      # The heads that share keys and values take the place of query positions, so the cache is not repeated for them.
      q = q.reshape([B, K, H // K, D])
      a = torch.scaled_dot_product_attention(q, kc[l][:, :, 0:longest], vc[l][:, :, 0:longest], mask)
      x = __torch__.feed_forward(x, a.reshape([B, 1, H * D]), w, o, eps)
    return __torch__.choose(__torch__.head(x.squeeze(1), w, eps), temperature, top_p, uniform, asked)

  # Everything that a comparison with another implementation wants to see, for prompts padded on either side: real
  # [B, T] is true at tokens, positions [B, T] are theirs. Returns float32: logits [B, T, V], the hidden states after
  # the final norm [B, T, C], and the norms [B, T, layers + 1] of the embeddings, of each block's output but the last,
  # and of the hidden states after the final norm.
  def trace(self: __torch__.Decoder, ids: Tensor, types: Tensor, real: Tensor, positions: Tensor, w: List[Tensor], inv_freq: Tensor, shape: List[int], eps: float) -> Tuple[Tensor, Tensor, Tensor]:
    T = ids.size(1)
    x = __torch__.embed(ids, types, w)
    cos, sin = __torch__.rotations(positions, inv_freq, x)
    # A padding position sees itself, else its softmax would be over nothing and its NaN would spread.
    causal = torch.ones([T, T], dtype=11, device=ids.device).tril(0)
    itself = torch.eye(T, dtype=11, device=ids.device)
    mask = torch.logical_or(torch.logical_and(causal, real.unsqueeze(1)), itself).unsqueeze(1)
    norms = annotate(List[Tensor], [])
    for l in range(shape[0]):
      norms.append(torch.sqrt(torch.sum(torch.pow(x.to(6), 2), [-1])))
      x, k, v = __torch__.block(x, w, 4 + 9 * l, cos, sin, mask, shape, eps)
    x = torch.rms_norm(x, [x.size(-1)], w[1], eps)
    norms.append(torch.sqrt(torch.sum(torch.pow(x.to(6), 2), [-1])))
    return (torch.linear(x, __torch__.head_weight(w)).to(6), x.to(6), torch.stack(norms, -1))

  # An empty cache: for each layer zeros [B, K, S, D]. Zeros, not whatever memory holds: a masked NaN is still NaN.
  def new_cache(self: __torch__.Decoder, B: int, S: int, shape: List[int], w: List[Tensor]) -> List[Tensor]:
    c = annotate(List[Tensor], [])
    for l in range(shape[0]):
      c.append(torch.zeros([B, shape[2], S, shape[3]], dtype=w[0].dtype, device=w[0].device))
    return c

  # The given rows of a cache in this order, with their first `used` positions and room for S.
  def take_cache(self: __torch__.Decoder, cache: List[Tensor], rows: Tensor, used: int, S: int) -> List[Tensor]:
    c = annotate(List[Tensor], [])
    for l in range(len(cache)):
      old = cache[l]
      n = torch.zeros([rows.size(0), old.size(1), S, old.size(3)], dtype=old.dtype, device=old.device)
      n[:, :, 0:used] = torch.index_select(old[:, :, 0:used], 0, rows)
      c.append(n)
    return c

  # Maps a whole file, copy on write, as one flat tensor of n elements.
  def map_file(self: __torch__.Decoder, path: str, n: int, dtype: int) -> Tensor:
    return torch.from_file(path, False, n, dtype=dtype)

  # Elements [begin, end) of a mapped file as a tensor of this shape: a view, unless another dtype is wanted.
  def mapped(self: __torch__.Decoder, file: Tensor, begin: int, end: int, shape: List[int], dtype: int) -> Tensor:
    return file[begin:end].view(shape).to(dtype)

  # The same for a tensor that does not start at a multiple of its element's size; file holds bytes.
  def unaligned(self: __torch__.Decoder, file: Tensor, begin: int, end: int, shape: List[int], stored: int, dtype: int) -> Tensor:
    return torch.view_copy(torch.clone(file[begin:end]), dtype=stored).view(shape).to(dtype)

  # Stacks parts by rows, for example q, k and v.
  def stack_rows(self: __torch__.Decoder, parts: List[Tensor]) -> Tensor:
    return torch.cat(parts, 0)


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

# One block over whole prompts; an empty mask means causal. Returns its output [B, T, C], keys and values [B, K, T, D].
def block(x: Tensor, w: List[Tensor], o: int, cos: Tensor, sin: Tensor, mask: Tensor, shape: List[int], eps: float) -> Tuple[Tensor, Tensor, Tensor]:
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
  if mask.numel() == 0:
    a = torch.scaled_dot_product_attention(q, kh, vh, is_causal=True)
  else:
    a = torch.scaled_dot_product_attention(q, kh, vh, mask)
  return (__torch__.feed_forward(x, a.transpose(1, 2).reshape([B, T, H * D]), w, o, eps), k, v)

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

# Picks the next token of each row of logits [B, V]: the best one if temperature is 0, else by inverting the cumulative
# distribution at uniform [B]. Returns it [B], its log-probability [B], and those of the tokens asked for [B, asked];
# log-probabilities are the model's own (temperature 1, whole vocabulary), float32.
def choose(logits: Tensor, temperature: float, top_p: float, uniform: Tensor, asked: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
  log_probs = torch.log_softmax(logits, -1)
  if temperature == 0.:
    token = torch.argmax(logits, -1)
  else:
    p = torch.softmax(torch.div(logits, temperature), -1)
    if top_p < 1.:
      token = __torch__.nucleus(p, top_p, uniform)
    else:
      token = __torch__.invert(p, torch.sum(p, [-1]), p.size(-1), uniform)
  chosen = torch.gather(log_probs, -1, token.unsqueeze(-1)).squeeze(-1)
  return (token, chosen, torch.index_select(log_probs, -1, asked))

# Samples from the smallest set of tokens whose probabilities reach top_p. The best 256 nearly always hold it; sorting
# the whole vocabulary is for when they do not.
def nucleus(p: Tensor, top_p: float, uniform: Tensor) -> Tensor:
  n = min(256, p.size(-1))
  values, tokens = torch.topk(p, n)
  if bool(torch.any(torch.lt(torch.sum(values, [-1]), top_p))):
    values, tokens = torch.sort(p, -1, True)
  before = torch.cumsum(values, -1) - values
  kept = torch.masked_fill(values, torch.ge(before, top_p), 0.)
  i = __torch__.invert(kept, torch.sum(kept, [-1]), kept.size(-1), uniform)
  return torch.gather(tokens, -1, i.unsqueeze(-1)).squeeze(-1)

# The first index where the cumulative weight passes uniform * mass.
def invert(weights: Tensor, mass: Tensor, n: int, uniform: Tensor) -> Tensor:
  passed = torch.le(torch.cumsum(weights, -1), torch.mul(uniform, mass).unsqueeze(-1))
  return torch.clamp(torch.sum(passed, [-1]), max=n - 1)
