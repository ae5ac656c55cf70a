import type { makeHostileImages } from './hostile-images.ts'
import { filePart, makeForm, textPart } from './multipart.ts'
import { makeMask } from './pictures.ts'
import type { BadRequest } from './refusal.ts'

type Images = Awaited<ReturnType<typeof makeHostileImages>>
type Expected = Partial<Pick<BadRequest, 'status' | 'code' | 'param'>>

const JSON_TYPE = { 'content-type': 'application/json' } as const
const unsupported = (param: string): Expected => ({ code: 'unsupported_parameter', param })

type Members = Readonly<Record<string, unknown>>

/** An edit as JSON; by default the last member of `keeprate` is at fault. */
type EditMaker = (
  title: string,
  keeprate: Members,
  expected?: Expected,
  more?: object,
  headers?: Readonly<Record<string, string>>,
) => BadRequest

const editMaker =
  (image_url: string): EditMaker =>
  (title, keeprate, expected = {}, more = {}, headers = {}) => ({
    title,
    method: 'POST',
    path: '/v1/images/edits',
    headers: { ...JSON_TYPE, ...headers },
    body: JSON.stringify({ images: [{ image_url }], keeprate, ...more }),
    status: 400,
    code: 'invalid_request',
    param: Object.keys(keeprate).at(-1) ?? null,
    ...expected,
  })

const upscale = { operation: 'upscale', scale: 2 }

/** Enlargements and growths. */
function badSizes(edit: EditMaker, mask: object): readonly BadRequest[] {
  const outpaint = (expand: unknown, param: string, expected: Expected = {}) =>
    edit(
      `outpaint by ${JSON.stringify(expand)}`,
      { operation: 'outpaint', expand },
      { param, ...expected },
    )
  return [
    edit('an unknown operation', { operation: 'paint' }, { param: 'keeprate.operation' }),
    edit('an operation as number', { operation: 5 }, { param: 'keeprate.operation' }),
    edit('a generation among edits', { operation: 'generate' }),
    edit('a scale without an operation', { scale: 4 }, {}, { prompt: 'x' }),
    edit('no scale', { operation: 'upscale' }, { param: 'scale' }),
    edit('a scale of one', { operation: 'upscale', scale: 1 }),
    edit('a scale in words', { operation: 'upscale', scale: 'x2' }, { param: 'keeprate.scale' }),
    edit('an unknown mode', { ...upscale, mode: 'best' }, { param: 'keeprate.mode' }),
    edit('a scale and a size', upscale, { param: 'size' }, { size: '2048x2048' }),
    edit('a mask to enlarge', upscale, { param: 'mask' }, { mask }),
    edit('two equal enlargements', upscale, { param: 'n' }, { n: 2 }),
    edit('words to search in an enlargement', { ...upscale, search: 'a cup' }),
    outpaint(undefined, 'expand'),
    outpaint({}, 'expand'),
    outpaint({ left: 0 }, 'expand'),
    outpaint({ left: -5 }, 'expand.left'),
    outpaint({ left: 1.5 }, 'expand.left'),
    outpaint({ left: '5' }, 'keeprate.expand.left'),
    outpaint({ up: 5 }, 'keeprate.expand.up', unsupported('keeprate.expand.up')),
    outpaint({ left: 16_384 }, 'expand'),
  ]
}

/** Everything else that is done to a picture. */
const badWorks = (edit: EditMaker): readonly BadRequest[] => [
  edit('nothing marked to erase', { operation: 'erase' }, { param: 'mask' }),
  edit(
    'a cut out JPEG',
    { operation: 'remove_background' },
    { param: 'output_format' },
    {
      output_format: 'jpeg',
    },
  ),
  edit('no new background', { operation: 'replace_background' }, { param: 'prompt' }),
  edit(
    'nothing to find',
    { operation: 'search_and_replace' },
    { param: 'search' },
    {
      prompt: 'a cup',
    },
  ),
  edit(
    'nothing to put there',
    { operation: 'search_and_recolor', search: 'x' },
    {
      param: 'prompt',
    },
  ),
  edit(
    'an unknown control',
    { operation: 'control', control: 'depth' },
    {
      param: 'keeprate.control',
    },
  ),
  edit('a strength above one', { operation: 'style_transfer', strength: 2 }),
  edit('no style', { operation: 'style_transfer' }, { param: 'image' }),
  edit(
    'an operation that the model does not have',
    { ...upscale, mode: 'creative' },
    unsupported('model'),
    { model: 'gpt-image-2' },
  ),
]

/** The same by headers. */
function badHeaders(edit: EditMaker): readonly BadRequest[] {
  const header = (title: string, headers: Readonly<Record<string, string>>, param: string) =>
    edit(title, {}, { param }, {}, headers)
  return [
    header(
      'an unknown operation as header',
      { 'x-keeprate-operation': 'p' },
      'x-keeprate-operation',
    ),
    header('a scale in words as header', { 'x-keeprate-scale': 'x' }, 'x-keeprate-scale'),
    header('a strength of nothing', { 'x-keeprate-strength': '' }, 'x-keeprate-strength'),
    header('sides in words', { 'x-keeprate-expand': 'all' }, 'x-keeprate-expand'),
    header('an unknown side', { 'x-keeprate-expand': 'up=5' }, 'x-keeprate-expand'),
    header('a side in words', { 'x-keeprate-expand': 'left=a' }, 'x-keeprate-expand'),
    edit(
      'operations that disagree',
      { operation: 'outpaint' },
      { param: 'x-keeprate-operation' },
      {},
      {
        'x-keeprate-operation': 'upscale',
      },
    ),
  ]
}

/** On routes that do something else, or of a picture that is not there. */
const badRoutes = (good: Buffer): readonly BadRequest[] => [
  {
    title: 'an enlargement by a generation',
    method: 'POST',
    path: '/v1/images/generations',
    headers: { ...JSON_TYPE, 'x-keeprate-operation': 'upscale' },
    body: '{"prompt":"a cup"}',
    status: 400,
    code: 'invalid_request',
    param: 'x-keeprate-operation',
  },
  {
    title: 'an enlargement by a variation',
    method: 'POST',
    path: '/v1/images/variations',
    status: 400,
    ...makeForm([filePart('image', good), textPart('keeprate', '{"operation":"upscale"}')]),
    code: 'invalid_request',
    param: 'operation',
  },
  {
    title: 'an enlargement of nothing',
    method: 'POST',
    path: '/v1/images/img_0000000000000000000000000000000000000/upscale',
    headers: JSON_TYPE,
    body: '{"scale":2}',
    status: 404,
    code: 'not_found',
    param: 'id',
  },
]

/** Operations on pictures whose details are missing, wrong, or another operation's. */
export async function makeBadOperations({ good }: Images): Promise<readonly BadRequest[]> {
  const urlOf = (bytes: Buffer): string => `data:image/png;base64,${bytes.toString('base64')}`
  const edit = editMaker(urlOf(good))
  const mask = { image_url: urlOf(await makeMask({ width: 64, height: 64 })) }
  return [...badSizes(edit, mask), ...badWorks(edit), ...badHeaders(edit), ...badRoutes(good)]
}
