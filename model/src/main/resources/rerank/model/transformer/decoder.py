# The decoder of the Qwen2, Qwen3 and Llama families as it serves, in TorchScript's serialised Python: what the importer of
# libtorch reads, so ids of dtypes stand for their names (u8 is 0, int64 4, float32 6, bfloat16 15), operators are torch.*,
# and functions of this file and of blocks.py are called as __torch__.*. A call from Java runs all layers. Nothing here holds
# state: weights and caches are arguments.
#
# A step takes the tokens of many sequences in one row after another, without padding: N tokens, of which a sequence may
# bring one (it is being decoded) or many (its prompt is read, whole or in part). Everything but attention sees them as one
# matrix [N, C]. Shapes: as in blocks.py; R rows of a cache block, S positions of it.
#
# w holds the weights as in blocks.py. p holds the matrices in the form that their kernel wants, empty tensors where there
# is none, three for each matrix: weight, scales, zero points. First those of the output head, then from 3 + 15 * layer those
# of q,k,v; output; gate; up; down. kind says which kernel:
#   0  plain: the matrices of w
#   1  oneDNN, weights reordered once for its kernels; float32 or bfloat16
#   2  oneDNN, int8 weights with a scale for each row of them, and activations made int8 token by token; what is not a
#      product of matrices stays bfloat16. Gate and up are one matrix, in gate's place.
#
# a holds low-rank adapters: for each adapter and layer, four pairs of down [r, in] and up [out, r] for q,k,v; output; gate
# and up; down. Empty where an adapter leaves a matrix alone.
#
# cache holds blocks of sequences' keys and values: keys [R, K, S, D] of block b and layer l at 2 * (b * layers + l), values
# behind them.


class Decoder(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  # One step. plan and index say which token belongs to whom; StepPlan.java writes them, in the order in which they are read
  # here. Returns float32: for each sampled position the token chosen, then for each its log-probability (or, where the plan
  # does not ask for it, its logit), then for each scored position the tokens asked for.
  def step(self: __torch__.Decoder, plan: List[int], index: Tensor, uniform: Tensor, temperature: float, top_p: float, cache: List[Tensor], w: List[Tensor], p: List[Tensor], a: List[Tensor], inv_freq: Tensor, shape: List[int], eps: float, kind: int) -> Tensor:
    device = w[0].device
    if plan[11] != 0:
      index = torch.pin_memory(index).to(device=device, non_blocking=True)
    N = plan[0]
    L = shape[0]
    at = 3 * N
    pi = 12
    # Tokens to remember: their block, which they are, and row and position they go to.
    wb = annotate(List[int], [])
    wt = annotate(List[Tensor], [])
    wr = annotate(List[Tensor], [])
    wp = annotate(List[Tensor], [])
    for g in range(plan[6]):
      n = plan[pi + 1]
      wb.append(plan[pi])
      wt.append(index[at:at + n])
      wr.append(index[at + n:at + 2 * n])
      wp.append(index[at + 2 * n:at + 3 * n])
      at = at + 3 * n
      pi = pi + 2
    # Sequences that bring one token, by block: which tokens, their rows; how far each row of the block is seen.
    dn = annotate(List[int], [])
    dt = annotate(List[Tensor], [])
    dr = annotate(List[Tensor], [])
    dm = annotate(List[Tensor], [])
    for g in range(plan[7]):
      n = plan[pi + 1]
      R = plan[pi + 2]
      S = plan[pi + 3]
      for i in range(5):
        dn.append(plan[pi + i])
      dt.append(index[at:at + n])
      dr.append(index[at + n:at + 2 * n])
      seen = index[at + 2 * n:at + 2 * n + R]
      ahead = torch.gt(torch.arange(S, device=device).unsqueeze(0), seen.unsqueeze(1))
      dm.append(torch.masked_fill(torch.zeros([R, S], dtype=w[0].dtype, device=device), ahead, float("-inf")).view([R, 1, 1, S]))
      at = at + 2 * n + R
      pi = pi + 5
    # Sequences that bring more, by similar length: which token stands at each place of a padded [n, T], which tokens these
    # are, and their places; and where one goes on, what it has in the cache.
    fn = annotate(List[int], [])
    fg = annotate(List[Tensor], [])
    ft = annotate(List[Tensor], [])
    fp = annotate(List[Tensor], [])
    for g in range(plan[8]):
      places = plan[pi] * plan[pi + 1]
      m = plan[pi + 2]
      for i in range(6):
        fn.append(plan[pi + i])
      fg.append(index[at:at + places])
      ft.append(index[at + places:at + places + m])
      fp.append(index[at + places + m:at + places + 2 * m])
      at = at + places + 2 * m
      pi = pi + 6
    # Prefixes that sequences share: block, row, length, and the tokens that look at it.
    sn = annotate(List[int], [])
    st = annotate(List[Tensor], [])
    for g in range(plan[9]):
      n = plan[pi + 3]
      for i in range(3):
        sn.append(plan[pi + i])
      st.append(index[at:at + n])
      at = at + n
      pi = pi + 4
    # Tokens of each adapter.
    an = annotate(List[int], [])
    rows = annotate(List[Tensor], [])
    for g in range(plan[10]):
      n = plan[pi + 1]
      an.append(plan[pi])
      rows.append(index[at:at + n])
      at = at + n
      pi = pi + 2
    sampled = index[at:at + plan[1]]
    at = at + plan[1]
    scored = index[at:at + plan[2]]
    at = at + plan[2]
    asked = index[at:at + plan[3]]

    x = __torch__.embed(index[0:N], index[N:2 * N], w)
    cos, sin = __torch__.rotary_tables(index[2 * N:3 * N], inv_freq, x)
    H = shape[1]
    K = shape[2]
    D = shape[3]
    for l in range(L):
      o = 4 + 9 * l
      u = 3 + 15 * l
      n1 = torch.rms_norm(x, [x.size(-1)], w[o], eps)
      qkv = __torch__.project_packed(n1, w, o + 1, o + 2, p, u, kind)
      qkv = __torch__.adapt(qkv, n1, a, 4 * l, L, an, rows).view([N, H + 2 * K, D])
      qk = qkv[:, 0:H + K]
      if w[o + 3].numel() > 0:
        qk = torch.cat([torch.rms_norm(qk[:, 0:H], [D], w[o + 3], eps), torch.rms_norm(qk[:, H:], [D], w[o + 4], eps)], 1)
      qk = torch.addcmul(qk * cos, torch.roll(qk, [D // 2], [-1]), sin)
      q = qk[:, 0:H]
      k = qk[:, H:]
      v = qkv[:, H + K:]
      for g in range(len(wb)):
        b = 2 * (wb[g] * L + l)
        torch.index_put_(cache[b].transpose(1, 2), [wr[g], wp[g]], torch.index_select(k, 0, wt[g]))
        torch.index_put_(cache[b + 1].transpose(1, 2), [wr[g], wp[g]], torch.index_select(v, 0, wt[g]))
      out = torch.empty([N, H, D], dtype=x.dtype, device=device)
      mass = torch.empty([N, H], dtype=6, device=device)
      for g in range(len(dt)):
        b = 2 * (dn[5 * g] * L + l)
        __torch__.attend_rows(out, mass, q, cache[b], cache[b + 1], dn[5 * g + 2], dn[5 * g + 3], dn[5 * g + 4], dt[g], dr[g], dm[g])
      for g in range(len(ft)):
        b = 2 * (fn[6 * g + 3] * L + l)
        own = fn[6 * g + 5]
        before_k = x
        before_v = x
        if own > 0:
          row = fn[6 * g + 4]
          before_k = cache[b][row:row + 1, :, 0:own]
          before_v = cache[b + 1][row:row + 1, :, 0:own]
        __torch__.attend_prompts(out, mass, q, k, v, fn[6 * g], fn[6 * g + 1], own, before_k, before_v, fg[g], ft[g], fp[g])
      for g in range(len(st)):
        b = 2 * (sn[3 * g] * L + l)
        row = sn[3 * g + 1]
        P = sn[3 * g + 2]
        __torch__.attend_prefix(out, mass, q, cache[b][row:row + 1, :, 0:P], cache[b + 1][row:row + 1, :, 0:P], st[g])
      at_heads = out.view([N, H * D])
      reads = plan[1] + plan[2]
      if l == L - 1 and reads < N and reads > 0:
        # After the last attention only the positions that are read go on.
        read = torch.cat([sampled, scored])
        x = torch.index_select(x, 0, read)
        at_heads = torch.index_select(at_heads, 0, read)
        rows = __torch__.positions_among(rows, read, N)
      if l < L - 1 or reads > 0:
        y = __torch__.project_packed(at_heads, w, o + 5, -1, p, u + 3, kind)
        x = x + __torch__.adapt(y, at_heads, a, 4 * l + 1, L, an, rows)
        n2 = torch.rms_norm(x, [x.size(-1)], w[o + 6], eps)
        x = x + __torch__.gated(n2, w, o, p, u, kind, a, l, L, an, rows)
    reads = plan[1] + plan[2]
    if reads == N:
      x = torch.index_select(x, 0, torch.cat([sampled, scored]))
    x = torch.rms_norm(x, [x.size(-1)], w[1], eps)
    parts = annotate(List[Tensor], [])
    if plan[1] > 0:
      logits = __torch__.project_packed(x[0:plan[1]], w, __torch__.head_slot(w), -1, p, 0, kind).to(6)
      token, chosen = __torch__.choose(logits, temperature, top_p, uniform, plan[5] != 0)
      parts.append(token.to(6))
      parts.append(chosen)
    if plan[2] > 0 and plan[3] > 0:
      y = x[plan[1]:]
      table = w[__torch__.head_slot(w)]
      if plan[4] != 0:
        scores = torch.index_select(torch.log_softmax(torch.linear(y, table).to(6), -1), -1, asked)
      else:
        scores = torch.linear(y, torch.index_select(table, 0, asked)).to(6)
      parts.append(scores.reshape([-1]))
    found = torch.zeros([0], device=device)
    if len(parts) > 0:
      found = torch.cat(parts)
    return found.to(device="cpu")

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

  # A block of a cache: for each layer zeros [R, K, S, D], keys and values in turn. Zeros, not whatever memory holds: a
  # masked NaN is still NaN. The first rows of an old block, or none, are copied into it.
  def new_block(self: __torch__.Decoder, old: List[Tensor], R: int, S: int, shape: List[int], w: List[Tensor]) -> List[Tensor]:
    c = annotate(List[Tensor], [])
    for i in range(2 * shape[0]):
      t = torch.zeros([R, shape[2], S, shape[3]], dtype=w[0].dtype, device=w[0].device)
      if len(old) > 0:
        n = min(R, old[i].size(0))
        t[0:n] = old[i][0:n]
      c.append(t)
    return c

  # Copies the first n positions of one row to another row, of the same block or of another one.
  def copy_row(self: __torch__.Decoder, source: List[Tensor], row: int, target: List[Tensor], to: int, n: int) -> int:
    for i in range(len(source)):
      c = target[i]
      c[to, :, 0:n] = source[i][row, :, 0:n]
    return n

  # Puts zeros where a row holds what is not a number.
  def clear_row(self: __torch__.Decoder, block: List[Tensor], row: int) -> int:
    for i in range(len(block)):
      c = block[i]
      c[row] = torch.zeros([1], dtype=c.dtype, device=c.device)
    return row

  # A matrix [out, in] as the kernel wants it: weight, scales and zero points.
  def pack(self: __torch__.Decoder, m: Tensor, kind: int) -> Tuple[Tensor, Tensor, Tensor]:
    none = torch.zeros([0], device=m.device)
    weight = none
    scales = none
    zeros = none
    if kind == 1:
      weight = ops.mkldnn._reorder_linear_weight(m.contiguous())
    if kind == 2:
      f = m.to(6)
      scales = torch.div(torch.clamp(torch.amax(torch.abs(f), [1]), min=1e-10), 127.)
      weight = ops.onednn.qlinear_prepack(torch.round(torch.div(f, scales.unsqueeze(1))).to(1), None)
      zeros = torch.zeros([m.size(0)], dtype=3, device=m.device)
    return (weight, scales, zeros)

  # Whether the CPU computes kind 2 as this file expects; a wrong result or an error means no.
  def int8_error(self: __torch__.Decoder) -> float:
    x = torch.sin(torch.arange(40 * 96).to(6)).view([40, 96]).to(15)
    m = torch.cos(torch.arange(64 * 96).to(6)).view([64, 96])
    scales = torch.div(torch.amax(torch.abs(m), [1]), 127.)
    weight = ops.onednn.qlinear_prepack(torch.round(torch.div(m, scales.unsqueeze(1))).to(1), None)
    y = __torch__.int8_product(x, weight, scales, torch.zeros([64], dtype=3)).to(6)
    return float(torch.max(torch.abs(y - torch.linear(x.to(6), m))))

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

  # A copy of another element type.
  def cast(self: __torch__.Decoder, x: Tensor, dtype: int) -> Tensor:
    return torch.clone(x.to(dtype))

  # A tensor on the device of a name such as cuda:1.
  def moved(self: __torch__.Decoder, x: Tensor, device: str) -> Tensor:
    return x.to(device=torch.device(device))

  # Rates of this machine, to compare with: sums a buffer as often as told ...
  def read_buffer(self: __torch__.Decoder, x: Tensor, times: int) -> float:
    s = 0.
    for i in range(times):
      s = s + float(torch.sum(x))
    return s

  # ... and multiplies activations [M, in] with matrices [out, in] one after the other, as often as told.
  def multiply(self: __torch__.Decoder, x: Tensor, p: List[Tensor], times: int, kind: int) -> float:
    y = x
    n = len(p) // 3
    for i in range(times):
      y = __torch__.project_packed(x, p, 3 * (i % n), -1, p, 3 * (i % n), kind)
    return float(y.view([-1])[0])


# Cosines and sines [N, 1, D] of positions [N], so that x * cos + roll(x, D / 2) * sin rotates pairs (i, i + D / 2).
def rotary_tables(positions: Tensor, inv_freq: Tensor, like: Tensor) -> Tuple[Tensor, Tensor]:
  angles = positions.to(6).unsqueeze(-1) * inv_freq
  c = torch.cos(angles)
  s = torch.sin(angles)
  cos = torch.cat([c, c], -1).unsqueeze(1).to(like.dtype)
  sin = torch.cat([torch.neg(s), s], -1).unsqueeze(1).to(like.dtype)
  return (cos, sin)

# x [N, in] times the matrix wi of w, or pi of p, transposed, plus the bias bi of w where there is one.
def project_packed(x: Tensor, w: List[Tensor], wi: int, bi: int, p: List[Tensor], pi: int, kind: int) -> Tensor:
  bias = annotate(Optional[Tensor], None)
  if bi >= 0:
    if w[bi].numel() > 0:
      bias = w[bi]
  if kind == 1:
    y = ops.mkldnn._linear_pointwise(x, p[pi], bias, "none", annotate(List[Optional[number]], []), None)
  else:
    if kind == 2:
      y = __torch__.int8_product(x, p[pi], p[pi + 1], p[pi + 2])
      if bi >= 0:
        if w[bi].numel() > 0:
          y = y + w[bi]
    else:
      y = torch.linear(x, w[wi], bias)
  return y

# Each token's activations as unsigned bytes around 128, and the step [N, 1] between two of them. The step is a bfloat16
# number, rounded up, so that multiplying the product with it again adds no error of its own.
def to_bytes(x: Tensor) -> Tuple[Tensor, Tensor]:
  most = torch.amax(torch.abs(x), [-1], True).to(6)
  step = torch.mul(torch.clamp(most, min=1e-20), 1.0079 / 127.).to(15)
  q = torch.mul(x.to(6), torch.reciprocal(step.to(6)))
  return (torch.add_(q, 128.5).to(0), step)

def int8_product(x: Tensor, weight: Tensor, scales: Tensor, zeros: Tensor) -> Tensor:
  q, step = __torch__.to_bytes(x)
  y = ops.onednn.qlinear_pointwise(q, 1., 128, weight, scales, zeros, None, 1., 0, 15, "none", annotate(List[Optional[number]], []), "")
  return torch.mul_(y, step)

# The gated feed-forward of normed activations [N, C].
def gated(n: Tensor, w: List[Tensor], o: int, p: List[Tensor], u: int, kind: int, a: List[Tensor], l: int, L: int, an: List[int], rows: List[Tensor]) -> Tensor:
  if kind == 1 and len(an) == 0:
    none = annotate(List[Optional[number]], [])
    g = ops.mkldnn._linear_pointwise(n, p[u + 6], None, "swish", none, None)
    h = ops.mkldnn._linear_pointwise(n, g, p[u + 9], None, "mul")
    y = ops.mkldnn._linear_pointwise(h, p[u + 12], None, "none", none, None)
  else:
    if kind == 1:
      none = annotate(List[Optional[number]], [])
      gu = torch.cat([ops.mkldnn._linear_pointwise(n, p[u + 6], None, "none", none, None), ops.mkldnn._linear_pointwise(n, p[u + 9], None, "none", none, None)], -1)
    else:
      gu = __torch__.project_packed(n, w, o + 7, -1, p, u + 6, kind)
    gu = __torch__.adapt(gu, n, a, 4 * l + 2, L, an, rows)
    F = gu.size(-1) // 2
    h = torch.silu(gu[..., 0:F]) * gu[..., F:]
    y = __torch__.adapt(__torch__.project_packed(h, w, o + 8, -1, p, u + 12, kind), h, a, 4 * l + 3, L, an, rows)
  return y

# Adds to y [N, out] what the adapters of some of its tokens make of their inputs x [N, in].
def adapt(y: Tensor, x: Tensor, a: List[Tensor], site: int, L: int, an: List[int], rows: List[Tensor]) -> Tensor:
  for i in range(len(an)):
    down = a[2 * (an[i] * 4 * L + site)]
    if down.numel() > 0:
      low = torch.linear(torch.index_select(x, 0, rows[i]), down)
      y = torch.index_add(y, 0, rows[i], torch.linear(low, a[2 * (an[i] * 4 * L + site) + 1]))
  return y

# For each list of tokens, where those of them stand that are among `read`.
def positions_among(lists: List[Tensor], read: Tensor, N: int) -> List[Tensor]:
  found = annotate(List[Tensor], [])
  for i in range(len(lists)):
    member = torch.zeros([N], dtype=11, device=read.device)
    member = torch.index_fill(member, 0, lists[i], 1)
    found.append(torch.nonzero(torch.index_select(member, 0, read)).view([-1]))
  return found

# Attention of q [B, H, T, D] over k and v [B, H, S, D]: its output and the logarithm of each softmax's sum [B, H, T], by
# which parts over different keys can be merged. mask [B, 1, T or 1, S] is added; an empty one means none.
def attention(q: Tensor, k: Tensor, v: Tensor, causal: bool, mask: Tensor) -> Tuple[Tensor, Tensor]:
  if q.device.type == "cpu":
    if mask.numel() > 0:
      o, s = torch._scaled_dot_product_flash_attention_for_cpu(q, k, v, 0., False, attn_mask=mask)
    else:
      o, s = torch._scaled_dot_product_flash_attention_for_cpu(q, k, v, 0., causal)
  else:
    o, s = __torch__.attention_in_parts(q, k, v, causal, mask)
  return (o, s)

# The same by its definition, for devices whose fused kernels do not tell the sums.
def attention_in_parts(q: Tensor, k: Tensor, v: Tensor, causal: bool, mask: Tensor) -> Tuple[Tensor, Tensor]:
  scores = torch.div(torch.matmul(q, k.transpose(2, 3)).to(6), float(q.size(3)) ** 0.5)
  if mask.numel() > 0:
    scores = scores + mask
  if causal:
    ahead = torch.ones([q.size(2), k.size(2)], dtype=11, device=q.device).triu(1)
    scores = torch.masked_fill(scores, ahead, float("-inf"))
  return (torch.matmul(torch.softmax(scores, -1).to(v.dtype), v), torch.logsumexp(scores, [-1]))

# Merges outputs over two sets of keys by their sums.
def merge(o1: Tensor, s1: Tensor, o2: Tensor, s2: Tensor) -> Tensor:
  return o2 + torch.sigmoid(s1 - s2).unsqueeze(-1).to(o2.dtype) * (o1 - o2)

# One token of some sequences over what they have in a block of the cache. The heads that share keys and values take the
# place of query positions, so the cache is not repeated for them. Rows of the block without a token are computed and
# thrown away, where the tokens are not those of the first rows in order.
def attend_rows(out: Tensor, mass: Tensor, q: Tensor, kc: Tensor, vc: Tensor, R: int, S: int, first: int, tokens: Tensor, rows: Tensor, mask: Tensor) -> None:
  H = q.size(1)
  K = kc.size(1)
  D = q.size(2)
  if first >= 0:
    mine = q[first:first + R]
  else:
    mine = torch.index_copy(torch.zeros([R, H, D], dtype=q.dtype, device=q.device), 0, rows, torch.index_select(q, 0, tokens))
  o, s = __torch__.attention(mine.reshape([R, K, H // K, D]), kc[0:R, :, 0:S], vc[0:R, :, 0:S], False, mask)
  o = o.reshape([R, H, D])
  s = s.reshape([R, H])
  if first >= 0:
    out[first:first + R] = o
    mass[first:first + R] = s
  else:
    torch.index_copy_(out, 0, tokens, torch.index_select(o, 0, rows))
    torch.index_copy_(mass, 0, tokens, torch.index_select(s, 0, rows))
  return None

# Many tokens of n sequences of up to T tokens, each over its own, and one alone also over the `own` it has in the cache.
def attend_prompts(out: Tensor, mass: Tensor, q: Tensor, k: Tensor, v: Tensor, n: int, T: int, own: int, before_k: Tensor, before_v: Tensor, gather: Tensor, tokens: Tensor, places: Tensor) -> None:
  H = q.size(1)
  K = k.size(1)
  D = q.size(2)
  G = H // K
  qs = torch.index_select(q, 0, gather).view([n, T, H, D]).transpose(1, 2)
  ks = torch.index_select(k, 0, gather).view([n, T, K, D]).transpose(1, 2)
  vs = torch.index_select(v, 0, gather).view([n, T, K, D]).transpose(1, 2)
  if G > 1:
    ks = ks.unsqueeze(2).expand([n, K, G, T, D]).reshape([n, H, T, D])
    vs = vs.unsqueeze(2).expand([n, K, G, T, D]).reshape([n, H, T, D])
  none = torch.zeros([0], device=q.device)
  o, s = __torch__.attention(qs, ks, vs, True, none)
  if own > 0:
    ob, sb = __torch__.attention(qs.reshape([1, K, G * T, D]), before_k, before_v, False, none)
    o = __torch__.merge(ob.reshape([1, H, T, D]), sb.reshape([1, H, T]), o, s)
    m = torch.maximum(s, sb.reshape([1, H, T]))
    s = m + torch.log(torch.exp(s - m) + torch.exp(sb.reshape([1, H, T]) - m))
  o = o.transpose(1, 2).reshape([n * T, H, D])
  s = s.transpose(1, 2).reshape([n * T, H])
  if tokens.size(0) < n * T:
    o = torch.index_select(o, 0, places)
    s = torch.index_select(s, 0, places)
  torch.index_copy_(out, 0, tokens, o)
  torch.index_copy_(mass, 0, tokens, s)
  return None

# Lets tokens look at a shared prefix [1, K, P, D] too: all of them are the query positions of one sequence, so that the
# prefix is read once.
def attend_prefix(out: Tensor, mass: Tensor, q: Tensor, kp: Tensor, vp: Tensor, tokens: Tensor) -> None:
  n = tokens.size(0)
  H = q.size(1)
  K = kp.size(1)
  D = q.size(2)
  G = H // K
  folded = torch.index_select(q, 0, tokens).view([n, K, G, D]).permute([1, 0, 2, 3]).reshape([1, K, n * G, D])
  o, s = __torch__.attention(folded, kp, vp, False, torch.zeros([0], device=q.device))
  o = o.reshape([K, n, G, D]).permute([1, 0, 2, 3]).reshape([n, H, D])
  s = s.reshape([K, n, G]).permute([1, 0, 2]).reshape([n, H])
  own = torch.index_select(out, 0, tokens)
  torch.index_copy_(out, 0, tokens, __torch__.merge(o, s, own, torch.index_select(mass, 0, tokens)))
  return None

# Where the output head is among the weights.
def head_slot(w: List[Tensor]) -> int:
  slot = 2
  if w[2].numel() == 0:
    slot = 0
  return slot

# Picks the next token of each row of logits [B, V]: the best one if temperature is 0, else by inverting the cumulative
# distribution at uniform [B]. Returns it [B] and its log-probability [B], which is the model's own (temperature 1, whole
# vocabulary); or its logit, where that is enough to see that the logits are numbers.
def choose(logits: Tensor, temperature: float, top_p: float, uniform: Tensor, normalized: bool) -> Tuple[Tensor, Tensor]:
  if temperature == 0.:
    chosen, token = torch.max(logits, -1)
  else:
    scaled = torch.softmax(torch.div(logits, temperature), -1)
    if top_p < 1.:
      token = __torch__.nucleus(scaled, top_p, uniform)
    else:
      token = __torch__.invert(scaled, torch.sum(scaled, [-1]), scaled.size(-1), uniform)
    chosen = torch.gather(logits, -1, token.unsqueeze(-1)).squeeze(-1)
  if normalized:
    chosen = chosen - torch.logsumexp(logits, [-1])
  return (token, chosen)

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
