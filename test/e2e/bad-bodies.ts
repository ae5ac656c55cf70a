import type { BadRequest } from './refusal.ts'

const JSON_TYPE = { 'content-type': 'application/json' } as const
const PURPOSE = { param: 'purpose' }
const CATEGORY = { param: 'category' }
const GENERATIONS = '/v1/images/generations'

type Expected = Partial<Pick<BadRequest, 'status' | 'code' | 'param'>>

/** A generation whose parameter is wrong: by default a 400 that names it. */
const wrong = (
  title: string,
  members: Readonly<Record<string, unknown>>,
  expected: Expected = {},
): BadRequest => ({
  title,
  method: 'POST',
  path: GENERATIONS,
  headers: JSON_TYPE,
  body: JSON.stringify({ prompt: 'a cup', ...members }),
  status: 400,
  code: 'invalid_request',
  param: Object.keys(members)[0] ?? null,
  ...expected,
})

/** A generation with a header of ours that is wrong. */
const header = (
  title: string,
  headers: Readonly<Record<string, string>>,
  param: string,
  expected: Expected & { readonly keeprate?: unknown } = {},
): BadRequest => {
  const { keeprate, ...rest } = expected
  const base = wrong(title, keeprate === undefined ? {} : { keeprate }, { param, ...rest })
  return { ...base, headers: { ...JSON_TYPE, ...headers } }
}

/** A body that is no JSON object at all. */
const broken = (
  title: string,
  body: string | Uint8Array | undefined,
  expected: Expected & Pick<BadRequest, 'headers' | 'isChunked'> = {},
): BadRequest => ({
  title,
  method: 'POST',
  path: GENERATIONS,
  headers: JSON_TYPE,
  ...(body === undefined ? {} : { body }),
  status: 400,
  code: 'invalid_json',
  param: null,
  ...expected,
})

const nested = (depth: number): unknown => {
  let value: unknown = 1
  for (let level = 0; level < depth; level += 1) value = [value]
  return value
}

const unsupported = (param: string): Expected => ({ code: 'unsupported_parameter', param })

/** Counts, sizes and other numbers. */
const numbers: readonly BadRequest[] = [
  wrong('n of zero', { n: 0 }),
  wrong('a negative n', { n: -1 }),
  wrong('a fractional n', { n: 1.5 }),
  wrong('a huge n', { n: 1e9 }),
  wrong('n beyond the limit', { n: 11 }),
  wrong('n as text', { n: '2' }),
  wrong('n as list', { n: [1] }),
  wrong('n as object', { n: {} }),
  wrong('n as flag', { n: true }),
  wrong('size of zero', { size: '0x0' }),
  wrong('a huge size', { size: '99999x99999' }),
  wrong('a negative size', { size: '-1024x1024' }),
  wrong('a size with spaces', { size: '1024 x 1024' }),
  wrong('a size in words', { size: 'large' }),
  wrong('an empty size', { size: '' }),
  wrong('a size as number', { size: 1024 }),
  wrong(
    'a size that the model has not',
    { size: '1000x20', model: 'gpt-image-2' },
    {
      ...unsupported('size'),
    },
  ),
  wrong(
    'a stream of a size that the model has not',
    { size: '1000x20', model: 'gpt-image-2', stream: true },
    { ...unsupported('size') },
  ),
  wrong('compression beyond 100', { output_compression: 101, output_format: 'jpeg' }),
  wrong('compression of a PNG', { output_compression: 50 }),
  wrong('partial images without a stream', { partial_images: 2 }),
  wrong('too many partial images', { partial_images: 4, stream: true }),
  wrong('a seed below zero', { seed: -1 }),
  wrong('a seed beyond 32 bits', { seed: 2 ** 32 }),
  wrong('steps of zero', { steps: 0 }),
  wrong('guidance beyond 100', { guidance: 101 }),
]

/** Texts and choices. */
const texts: readonly BadRequest[] = [
  wrong('no prompt', { prompt: undefined }),
  wrong('an empty prompt', { prompt: '' }),
  wrong('a prompt of spaces', { prompt: ' \n\t ' }),
  wrong('a prompt of null', { prompt: null }),
  wrong('a prompt as number', { prompt: 7 }),
  wrong('a prompt as list', { prompt: ['a cup'] }),
  wrong('a prompt that is too long', { prompt: 'x'.repeat(32_001) }),
  wrong('a negative prompt that is too long', { negative_prompt: 'x'.repeat(32_001) }),
  wrong('an unknown quality', { quality: 'ultra' }),
  wrong('a quality as number', { quality: 1 }),
  wrong('an unknown background', { background: 'green' }),
  wrong('an unknown format', { output_format: 'gif' }),
  wrong('SVG as format', { output_format: 'svg' }),
  wrong('an unknown answer format', { response_format: 'hex' }),
  wrong('an unknown moderation', { moderation: 'off' }),
  wrong('a stream in words', { stream: 'yes' }),
  wrong('an unknown resolution', { resolution: '8k' }),
  wrong('an impossible shape', { aspect_ratio: '0:1' }),
  wrong('a shape in words', { aspect_ratio: 'wide' }),
  wrong('size and shape', { aspect_ratio: '16:9', size: '1024x1024' }),
  wrong('size and resolution', { resolution: '1k', size: '1024x1024' }),
  wrong('a transparent JPEG', { background: 'transparent', output_format: 'jpeg' }),
  wrong('a user that is too long', { user: 'u'.repeat(257) }),
  wrong('an unknown model', { model: 'no-such-model' }, { status: 404, code: 'model_not_found' }),
  wrong(
    'a model of another provider',
    { model: 'bfl/gpt-image-2' },
    {
      status: 404,
      code: 'model_not_found',
    },
  ),
  wrong('a model name that is too long', { model: 'm'.repeat(300) }),
  wrong('a model as number', { model: 2 }),
  wrong(
    'a transparent picture of a model without',
    { background: 'transparent', model: 'flux-dev' },
    {
      ...unsupported('background'),
    },
  ),
  wrong(
    'strict, and a seed that is dropped',
    { seed: 1, model: 'gpt-image-2', keeprate: { strict: true } },
    {
      ...unsupported('seed'),
    },
  ),
]

/** Members and headers of ours. */
const extras: readonly BadRequest[] = [
  wrong('an unknown member', { promt: 'a cup' }, unsupported('promt')),
  wrong(
    'a member with a huge name',
    { ['x'.repeat(100_000)]: 1 },
    {
      ...unsupported(`${'x'.repeat(100)}…`),
    },
  ),
  wrong('a member named constructor', { constructor: 1 }, unsupported('constructor')),
  wrong('an image in a generation', { image: 'x' }, unsupported('image')),
  wrong('an unknown member of keeprate', { keeprate: { spent: 1 } }, unsupported('keeprate.spent')),
  wrong('keeprate as text', { keeprate: 'x' }),
  wrong('a wrong type in keeprate', { keeprate: { strict: 'x' } }, { param: 'keeprate.strict' }),
  wrong('a tag as number', { keeprate: { tags: { a: 1 } } }, { param: 'keeprate.tags.a' }),
  wrong(
    'too many tags',
    {
      keeprate: { tags: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`t${i}`, 'x'])) },
    },
    { param: 'tags' },
  ),
  wrong('a cost limit of zero', { keeprate: { max_cost: 0 } }, { param: 'max_cost' }),
  wrong(
    'a cost limit that is exceeded',
    { keeprate: { max_cost: '0.000001' } },
    {
      code: 'max_cost_exceeded',
      param: 'max_cost',
    },
  ),
  wrong(
    'a stream that is too dear',
    { keeprate: { max_cost: '0.000001' }, stream: true },
    { code: 'max_cost_exceeded', param: 'max_cost' },
  ),
  wrong('a deadline of zero', { keeprate: { deadline_ms: 0 } }, { param: 'deadline_ms' }),
  wrong('a likeness above one', { keeprate: { cache_threshold: 2 } }, { param: 'cache_threshold' }),
  wrong('a wrong life time', { keeprate: { cache_ttl: '3 weeks' } }, { param: 'cache_ttl' }),
  wrong('an unknown need', { keeprate: { needs: ['magic'] } }, { param: 'keeprate.needs[0]' }),
  wrong('seeds that disagree', { seed: 1, keeprate: { seed: 2 } }, { param: 'keeprate.seed' }),
  wrong(
    'an unknown option of a provider',
    { model: 'gpt-image-2', keeprate: { provider_options: { openai: { frame_count: 2 } } } },
    unsupported('openai.frame_count'),
  ),
  wrong(
    'options nested without end',
    { keeprate: { provider_options: { openai: { a: nested(50_000) } } } },
    { param: 'provider_options.openai' },
  ),
  header('an unknown header', { 'x-keeprate-magic': '1' }, 'x-keeprate-magic', {
    ...unsupported('x-keeprate-magic'),
  }),
  header('a flag in words', { 'x-keeprate-strict': 'maybe' }, 'x-keeprate-strict'),
  header('an unknown cache mode', { 'x-keeprate-cache': 'always' }, 'x-keeprate-cache'),
  header('a cost limit in words', { 'x-keeprate-max-cost': 'cheap' }, 'x-keeprate-max-cost'),
  header('a time to keep in words', { 'x-keeprate-cache-ttl': 'soon' }, 'x-keeprate-cache-ttl'),
  header('a deadline in words', { 'x-keeprate-deadline-ms': 'soon' }, 'x-keeprate-deadline-ms'),
  header('needs that are unknown', { 'x-keeprate-needs': 'text,magic' }, 'x-keeprate-needs'),
  header('tags without a value', { 'x-keeprate-tags': 'a,b' }, 'x-keeprate-tags'),
  header('a tag given twice', { 'x-keeprate-tags': 'a=1,a=2' }, 'x-keeprate-tags'),
  header(
    'a purpose that is too long',
    { 'x-keeprate-purpose': 'p'.repeat(300) },
    'x-keeprate-purpose',
  ),
  ...[' ', 'he\u0000ro', 'hero '].flatMap((name) => [
    wrong(`the purpose ${JSON.stringify(name)}`, { keeprate: { purpose: name } }, PURPOSE),
    wrong(`the category ${JSON.stringify(name)}`, { keeprate: { category: name } }, CATEGORY),
  ]),
  wrong('auto: without a purpose', { model: 'auto:' }),
  header('header and body that disagree', { 'x-keeprate-purpose': 'hero' }, 'x-keeprate-purpose', {
    keeprate: { purpose: 'thumbnail' },
  }),
  header('tags that disagree', { 'x-keeprate-tags': 'a=1' }, 'x-keeprate-tags', {
    keeprate: { tags: { a: '2' } },
  }),
  header('nothing in the cache', { 'x-keeprate-cache': 'only' }, 'x-keeprate-cache', {
    status: 404,
    code: 'cache_miss',
  }),
]

/** Bodies that are no JSON object. */
const framing: readonly BadRequest[] = [
  broken('broken JSON', '{"prompt": "a cup"'),
  broken('JSON with a comma too many', '{"prompt": "a cup",}'),
  broken('a JSON list', '[{"prompt": "a cup"}]'),
  broken('a JSON text', '"a cup"'),
  broken('a JSON null', 'null'),
  broken('an empty body', ''),
  broken('no body', undefined, { headers: {} }),
  broken('spaces', '   '),
  broken('bytes that are no text', Buffer.from([0xff, 0xfe, 0x00, 0x7b])),
  broken('a letter in Latin-1', Buffer.from('{"prompt": "a caf\xe9"}', 'latin1')),
  broken('half a letter', Buffer.from('{"prompt": "a caf\xc3"}', 'latin1')),
  broken('a prototype as member', '{"prompt": "a cup", "__proto__": {"isAdmin": true}}'),
  broken('compressed JSON', Buffer.from('1f8b0800', 'hex'), {
    headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
  }),
  broken('a body without a type', '{"prompt": "a cup"}', {
    headers: {},
    status: 415,
    code: 'unsupported_media_type',
  }),
  broken('text', 'a cup', {
    headers: { 'content-type': 'text/plain' },
    status: 415,
    code: 'unsupported_media_type',
  }),
  broken('an HTML form', 'prompt=a+cup', {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    status: 415,
    code: 'unsupported_media_type',
  }),
  broken('a type that is none', '{"prompt": "a cup"}', {
    headers: { 'content-type': 'json' },
    status: 415,
    code: 'unsupported_media_type',
  }),
  broken('a body that is too large', JSON.stringify({ prompt: 'x'.repeat(24 * 2 ** 20) }), {
    status: 413,
    code: 'payload_too_large',
  }),
  broken('the same in chunks', JSON.stringify({ prompt: 'x'.repeat(24 * 2 ** 20) }), {
    isChunked: true,
    status: 413,
    code: 'payload_too_large',
  }),
]

/** Generations that must be refused. */
export const badBodies: readonly BadRequest[] = [...numbers, ...texts, ...extras, ...framing]
