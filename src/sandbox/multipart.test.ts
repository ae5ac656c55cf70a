import { describe, expect, test } from 'vitest'
import type { EmulatorRequest } from '../providers/shared/emulator.ts'
import { readMultipart } from './multipart.ts'

const requestOf = (body: string | Uint8Array, contentType: string): EmulatorRequest => ({
  method: 'POST',
  path: '/',
  query: new URLSearchParams(),
  headers: { 'content-type': contentType },
  body: typeof body === 'string' ? Buffer.from(body) : body,
  baseUrl: 'http://127.0.0.1/x',
  signal: new AbortController().signal,
})

const fromForm = async (form: FormData) => {
  const response = new Response(form)
  const contentType = response.headers.get('content-type') ?? ''
  return requestOf(new Uint8Array(await response.arrayBuffer()), contentType)
}

test('fields keep their order and repetitions, files their bytes, names and types', async () => {
  const bytes = Uint8Array.from({ length: 200_000 }, (_, index) => index % 251)
  const form = new FormData()
  form.append('prompt', 'Straße\r\nund Füchse')
  form.append('image[]', new Blob([bytes], { type: 'image/png' }), 'one.png')
  form.append('tag', 'a')
  form.append('tag', 'b')
  form.append('image[]', new Blob([new Uint8Array()], { type: 'image/webp' }))
  const { fields, files } = await readMultipart(await fromForm(form))
  expect([...fields]).toEqual([
    ['prompt', ['Straße\r\nund Füchse']],
    ['tag', ['a', 'b']],
  ])
  expect(files.map(({ name, filename, contentType }) => [name, filename, contentType])).toEqual([
    ['image[]', 'one.png', 'image/png'],
    ['image[]', 'blob', 'image/webp'],
  ])
  expect(Buffer.compare(files[0]!.bytes, bytes)).toBe(0)
  expect(files[1]!.bytes).toHaveLength(0)
})

describe('a malformed form is refused', () => {
  const type = 'multipart/form-data; boundary=cut'
  const part = '--cut\r\ncontent-disposition: form-data; name="prompt"\r\n\r\na fox\r\n'
  test.each([
    ['no form at all', '{}', 'application/json'],
    ['no boundary', `${part}--cut--\r\n`, 'multipart/form-data'],
    ['an end in the middle of a field', part.slice(0, -4), type],
    ['no closing boundary', part, type],
    ['an empty body', '', type],
    [
      'a field without a name',
      '--cut\r\ncontent-disposition: form-data\r\n\r\nx\r\n--cut--\r\n',
      type,
    ],
    [
      'a file cut off',
      '--cut\r\ncontent-disposition: form-data; name="image"; filename="a.png"\r\n\r\nPNG',
      type,
    ],
    ['too many parts', `${part.repeat(201)}--cut--\r\n`, type],
  ])('%s', async (_, body, contentType) => {
    await expect(readMultipart(requestOf(body, contentType))).rejects.toThrow()
  })

  test('and the same one, whole, is read', async () => {
    const { fields } = await readMultipart(requestOf(`${part}--cut--\r\n`, type))
    expect([...fields]).toEqual([['prompt', ['a fox']]])
  })
})
