import type { makeHostileImages } from './hostile-images.ts'
import type { BadRequest } from './refusal.ts'

type Images = Awaited<ReturnType<typeof makeHostileImages>>
type Expected = Partial<Pick<BadRequest, 'status' | 'code' | 'param'>>

const dataUrl = (bytes: Uint8Array, type = 'image/png'): string =>
  `data:${type};base64,${Buffer.from(bytes).toString('base64')}`

/** A JSON edit that must be refused; by default for its first image. */
const edit = (title: string, body: unknown, expected: Expected = {}): BadRequest => ({
  title,
  method: 'POST',
  path: '/v1/images/edits',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
  status: 400,
  code: 'invalid_request',
  param: 'images[0].image_url',
  ...expected,
})

const linked = (url: unknown, more: object = {}): unknown => ({
  prompt: 'add snow',
  images: [{ image_url: url }],
  ...more,
})

/**
 * Links into the inside of a network, in every notation that a URL knows.
 * @param port where a canary listens on loopback.
 */
export function insideLinks(port: number): readonly string[] {
  const hosts = [
    ...['127.0.0.1', '127.1', '127.0.0.2', '0.0.0.0', '0', '2130706433', '0x7f000001', '0x7f.1'],
    ...['017700000001', '0177.0.0.1', '１２７.０.０.１', 'localhost', 'LOCALHOST', 'localhost.'],
    ...['[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[0:0:0:0:0:0:0:1]'],
    ...['[64:ff9b::7f00:1]', '[2002:7f00:1::]', '[fe80::1]', '[fc00::1]', '[fd00:ec2::254]'],
    ...['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.0.1', '100.64.0.1', '198.18.0.1'],
    ...['169.254.169.254', '2852039166', '[::ffff:a9fe:a9fe]', '168.63.129.16', '192.0.0.192'],
    ...['224.0.0.1', '255.255.255.255', '240.0.0.1', '192.0.2.1', '[ff02::1]', '[2001:db8::1]'],
  ]
  return [
    ...hosts.map((host) => `https://${host}:${port}/canary.png`),
    ...[
      `http://127.0.0.1:${port}/canary.png`,
      `http://example.com@127.0.0.1:${port}/canary.png`,
      `https://user:password@127.0.0.1:${port}/canary.png`,
      `https://127.0.0.1:${port}#@example.com/canary.png`,
      `https://127.0.0.1:${port}\\@example.com/canary.png`,
      `ftp://127.0.0.1:${port}/canary.png`,
      'file:///etc/passwd',
      'gopher://127.0.0.1:70/1',
      'javascript:alert(1)',
    ],
  ]
}

/** JSON edits whose images are named wrongly. */
export function makeBadReferences(images: Images): readonly BadRequest[] {
  const good = dataUrl(images.good)
  const picture = { image_url: good }
  const body = (image: unknown): unknown => ({ prompt: 'add snow', images: [image] })
  return [
    edit('no images', { prompt: 'add snow' }, { param: 'images' }),
    edit('an empty list of images', { prompt: 'x', images: [] }, { param: 'images' }),
    edit('images as text', { prompt: 'x', images: good }, { param: 'images' }),
    edit('images of null', { prompt: 'x', images: null }, { param: 'images' }),
    edit('an image as text', body(good), { param: 'images[0]' }),
    edit('17 images', { prompt: 'x', images: Array(17).fill(picture) }, { param: 'images' }),
    edit('an image that is nothing', body({}), { param: 'images[0]' }),
    edit('an image of nulls', body({ image_url: null, file_id: null }), { param: 'images[0]' }),
    edit('a file', body({ file_id: 'file-abc' }), {
      code: 'unsupported_parameter',
      param: 'images[0].file_id',
    }),
    edit('an unknown way to name an image', body({ url: good }), {
      code: 'unsupported_parameter',
      param: 'images[0].url',
    }),
    edit('no prompt', { images: [picture] }, { param: 'prompt' }),
    edit('an empty link', linked('')),
    edit('a link that is none', linked('no link')),
    edit('a path', linked('/etc/passwd')),
    edit('a plain link', linked('http://example.com/a.png')),
    edit('an empty data URL', linked('data:')),
    edit('a data URL without base64', linked('data:image/png,abc')),
    edit('a data URL without bytes', linked('data:image/png;base64,')),
    edit('a data URL that is no base64', linked('data:image/png;base64,%%%%')),
    edit('a data URL of another type', linked(dataUrl(images.svg, 'image/svg+xml'))),
    edit('a data URL of a GIF', linked(dataUrl(images.gif, 'image/gif'))),
    edit('text in a data URL', linked(dataUrl(images.text)), { code: 'invalid_image' }),
    edit('a truncated data URL', linked(good.slice(0, good.length / 2)), { code: 'invalid_image' }),
    edit('a bomb in a data URL', linked(dataUrl(images.bombPng)), { code: 'image_too_large' }),
    edit('a mask that is text', linked(good, { mask: { image_url: dataUrl(images.text) } }), {
      code: 'invalid_image',
      param: 'mask.image_url',
    }),
    edit('a mask that is a file', linked(good, { mask: { file_id: 'file-abc' } }), {
      code: 'unsupported_parameter',
      param: 'mask.file_id',
    }),
    edit('a mask without alpha', linked(good, { mask: picture }), { param: 'mask' }),
  ]
}

/** JSON bodies of pictures that are too large: as one picture, and as a whole. */
export function makeLargeReferences(): readonly BadRequest[] {
  const megabyte = 'A'.repeat(2 ** 20)
  const url = (megabytes: number): string => `data:image/png;base64,${megabyte.repeat(megabytes)}`
  return [
    edit('a data URL of 52 MB', linked(url(70)), { code: 'image_too_large' }),
    edit('a body of 80 MB', linked(url(80)), {
      status: 413,
      code: 'payload_too_large',
      param: null,
    }),
  ]
}
