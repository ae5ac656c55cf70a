import type { makeHostileImages } from './hostile-images.ts'
import { filePart, makeForm, type Part, textPart } from './multipart.ts'
import { makeMask, makePng } from './pictures.ts'
import type { BadRequest } from './refusal.ts'

const EDITS = '/v1/images/edits'
const VARIATIONS = '/v1/images/variations'
const PROMPT = textPart('prompt', 'add snow')
/** "café", as Latin-1 has it. */
const BROKEN = Uint8Array.of(0x63, 0x61, 0x66, 0xe9)
const QUOTED = Uint8Array.of(0x22, ...BROKEN, 0x22)

type Expected = Pick<BadRequest, 'code' | 'param'> & { readonly status?: number }
type Images = Awaited<ReturnType<typeof makeHostileImages>>

/** An edit as a form that must be refused. */
const form = (
  title: string,
  parts: readonly Part[],
  expected: Expected,
  path = EDITS,
): BadRequest => ({ title, method: 'POST', path, status: 400, ...makeForm(parts), ...expected })

const image = (code: string, param = 'image[0]'): Expected => ({ code, param })

/** Fields and parts that are wrong, around pictures that are good. */
function badParts(good: Buffer): readonly BadRequest[] {
  const picture = filePart('image', good)
  const wrong = (name: string, value: string): Part[] => [PROMPT, picture, textPart(name, value)]
  const invalid = (param: string | null): Expected => ({ code: 'invalid_request', param })
  return [
    form('no image', [PROMPT], invalid('image')),
    form('no prompt', [picture], invalid('prompt')),
    form('an empty prompt', [textPart('prompt', ''), picture], invalid('prompt')),
    form('an empty form', [], invalid('prompt')),
    form('a field given twice', [PROMPT, PROMPT, picture], invalid('prompt')),
    form('an unknown field', wrong('promt', 'x'), {
      code: 'unsupported_parameter',
      param: 'promt',
    }),
    form('a field named like a method', wrong('toString', 'x'), {
      code: 'unsupported_parameter',
      param: null,
    }),
    form('a field with a huge name', wrong('x'.repeat(5_000), 'x'), {
      code: 'unsupported_parameter',
      param: `${'x'.repeat(100)}…`,
    }),
    form('a field with a huge value', wrong('user', 'x'.repeat(200_000)), invalid('user')),
    form('an unknown file', [PROMPT, picture, filePart('photo', good)], {
      code: 'unsupported_parameter',
      param: 'photo',
    }),
    form('an image as text', [PROMPT, textPart('image', 'x')], invalid('image')),
    form('a list of images as text', [PROMPT, textPart('image[]', 'x')], invalid('image[]')),
    form('a mask as text', wrong('mask', 'x'), invalid('mask')),
    form('n as text', wrong('n', 'two'), invalid('n')),
    form('n empty', wrong('n', ''), invalid('n')),
    form('n of zero', wrong('n', '0'), invalid('n')),
    form('a stream in words', wrong('stream', 'yes'), invalid('stream')),
    form('a prompt that is no UTF-8', [{ name: 'prompt', value: BROKEN }, picture], {
      ...invalid('prompt'),
    }),
    form(
      'a prompt in JSON that is no UTF-8',
      [picture, { name: 'prompt', value: QUOTED, contentType: 'application/json' }],
      invalid('prompt'),
    ),
    form('keeprate that is no JSON', wrong('keeprate', '{'), invalid('keeprate')),
    form('keeprate with an unknown member', wrong('keeprate', '{"x":1}'), {
      code: 'unsupported_parameter',
      param: 'keeprate.x',
    }),
    form('an unknown fidelity', wrong('input_fidelity', 'max'), invalid('input_fidelity')),
  ]
}

/** Forms with too many parts, or with those of another route. */
function badShapes(good: Buffer): readonly BadRequest[] {
  const picture = filePart('image', good)
  const many = (count: number) => Array.from({ length: count }, () => filePart('image[]', good))
  const invalid = (param: string | null): Expected => ({ code: 'invalid_request', param })
  return [
    form('17 images', [PROMPT, ...many(17)], invalid('image')),
    // 16 images, a mask and 16 pictures to compare with.
    form('34 files', [PROMPT, ...many(34)], {
      status: 413,
      code: 'payload_too_large',
      param: 'image',
    }),
    form(
      '33 fields',
      [picture, ...Array.from({ length: 33 }, (_, index) => textPart(`f${index}`, 'x'))],
      { status: 413, code: 'payload_too_large', param: null },
    ),
    form(
      'an image in a generation',
      [PROMPT, picture],
      {
        status: 415,
        code: 'unsupported_media_type',
        param: null,
      },
      '/v1/images/generations',
    ),
    form('a variation without an image', [PROMPT], invalid('image'), VARIATIONS),
    form('a variation with a mask', [picture, filePart('mask', good)], invalid('mask'), VARIATIONS),
  ]
}

/** Files that are no pictures, or none that may be opened. */
function badFiles(images: Images): readonly BadRequest[] {
  const file = (title: string, bytes: Buffer, expected = image('invalid_image')): BadRequest =>
    form(`${title} as image`, [PROMPT, filePart('image', bytes)], expected)
  return [
    file('nothing', images.empty),
    file('text', images.text),
    file('HTML', images.html),
    file('SVG', images.svg),
    file('a GIF', images.gif),
    file('an animated GIF', images.animatedGif),
    file('an animated PNG', images.animatedPng),
    file('a signature alone', images.signatureOnly),
    file('a truncated PNG', images.truncatedPng),
    file('a truncated JPEG', images.truncatedJpeg),
    file('a truncated WebP', images.truncatedWebp),
    file('a PNG of no size', images.zeroPng),
    file('a PNG that says it is huge', images.hugePng, image('image_too_large')),
    file('a PNG that unpacks to 900 megapixels', images.bombPng, image('image_too_large')),
    file('a PNG with a text of 256 MB', images.declaredText),
    file('a PNG without pixels', images.withoutPixels),
    file('a PNG with two headers', images.twoHeaders),
    file('noise', images.noise),
    form(
      'a broken second image',
      [PROMPT, filePart('image[]', images.good), filePart('image[]', images.text)],
      {
        ...image('invalid_image', 'image[1]'),
      },
    ),
    form('a broken mask', [PROMPT, filePart('image', images.good), filePart('mask', images.text)], {
      ...image('invalid_image', 'mask'),
    }),
  ]
}

/** Masks that do not belong to their image. */
async function badMasks(good: Buffer): Promise<readonly BadRequest[]> {
  const size = { width: 64, height: 64 }
  const picture = filePart('image', good)
  const opaque = filePart('mask', await makePng(size))
  const other = filePart('mask', await makeMask({ width: 32, height: 32 }))
  const mask = filePart('mask', await makeMask(size))
  return [
    form('a mask of another size', [PROMPT, picture, other], {
      code: 'mask_size_mismatch',
      param: 'mask',
    }),
    form('a mask without alpha', [PROMPT, picture, opaque], {
      code: 'invalid_request',
      param: 'mask',
    }),
    form('a mask without an image', [PROMPT, mask], { code: 'invalid_request', param: 'image' }),
    form('two masks', [PROMPT, picture, mask, mask], { code: 'invalid_request', param: 'mask' }),
  ]
}

/** Bodies whose framing is broken. */
function badFraming(good: Buffer): readonly BadRequest[] {
  const parts = [PROMPT, filePart('image', good)]
  const whole = makeForm(parts)
  const broken = (
    title: string,
    headers: BadRequest['headers'],
    body: Buffer,
    expected: Expected = { code: 'invalid_request', param: null },
  ): BadRequest => ({ title, method: 'POST', path: EDITS, headers, body, status: 400, ...expected })
  const half = whole.body.subarray(0, Math.floor(whole.body.length / 2))
  const head = Buffer.from('--b\r\ncontent-disposition: form-data; name="prompt"\r\n')
  const boundary = (text: string) => ({ 'content-type': `multipart/form-data${text}` })
  return [
    broken('a form cut inside a file', whole.headers, half),
    broken('a form without its end', whole.headers, makeForm(parts, { isOpen: true }).body),
    broken('a form cut inside a head', boundary('; boundary=b'), head),
    broken('a form without a boundary', boundary(''), whole.body),
    broken('a form with an empty boundary', boundary('; boundary='), whole.body, {
      code: 'invalid_request',
      param: 'prompt',
    }),
    broken('a form with another boundary', boundary('; boundary=other'), whole.body),
    broken('a form with a huge boundary', boundary(`; boundary=${'b'.repeat(300)}`), whole.body),
    broken('noise as a form', boundary('; boundary=b'), Buffer.alloc(100_000, 'x')),
    {
      ...broken('a variation as JSON', { 'content-type': 'application/json' }, Buffer.from('{}'), {
        status: 415,
        code: 'unsupported_media_type',
        param: null,
      }),
      path: VARIATIONS,
    },
    broken('an edit as text', { 'content-type': 'text/plain' }, Buffer.from('x'), {
      status: 415,
      code: 'unsupported_media_type',
      param: null,
    }),
  ]
}

/** Edits and variations, as forms, that must be refused. */
export async function makeBadForms(images: Images): Promise<readonly BadRequest[]> {
  return [
    ...badParts(images.good),
    ...badShapes(images.good),
    ...badFiles(images),
    ...(await badMasks(images.good)),
    ...badFraming(images.good),
  ]
}
