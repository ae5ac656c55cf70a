import { expect, test } from 'vitest'
import { z } from 'zod'
import { flawOfInput } from './input-flaw.ts'

const schema = z.strictObject({
  prompt: z.string().max(3),
  kind: z.enum(['url', 'b64_json']).optional(),
  method: z.literal('POST').optional(),
  seed: z.number().min(1).optional(),
  weight: z.number().positive().optional(),
  until: z.iso.datetime().optional(),
  id: z
    .string()
    .refine((text) => text === 'a', 'must be the id of a')
    .optional(),
  images: z
    .array(z.strictObject({ url: z.string() }))
    .min(1)
    .optional(),
})

test.each([
  [{}, 'prompt', 'prompt is missing; it must be a text'],
  [{ prompt: null }, 'prompt', 'prompt must be a text'],
  [{ prompt: 'long' }, 'prompt', 'prompt must have a length of at most 3'],
  [{ prompt: 'x', kind: 'png' }, 'kind', 'kind must be one of url, b64_json'],
  [{ prompt: 'x', method: 'GET' }, 'method', 'method must be POST'],
  [{ prompt: 'x', seed: 0 }, 'seed', 'seed must be at least 1'],
  [{ prompt: 'x', weight: 0 }, 'weight', 'weight must be more than 0'],
  [
    { prompt: 'x', until: 'soon' },
    'until',
    'until must be an instant such as 2026-12-31T18:00:00Z',
  ],
  [{ prompt: 'x', id: 'b' }, 'id', 'id must be the id of a'],
  [{ prompt: 'x', images: [] }, 'images', 'images must have a count of at least 1'],
  [{ prompt: 'x', images: ['a'] }, 'images[0]', 'images[0] must be an object'],
  [{ prompt: 'x', images: [{}] }, 'images[0].url', 'images[0].url is missing; it must be a text'],
  [{ prompt: 'x', images: [{ uri: 'a' }] }, 'images[0].uri', 'images[0].uri is not known here'],
  [{ promt: 'x' }, 'promt', 'promt is not known here'],
  [[], '', ' must be an object'],
])('%j is told as a place and what belongs there', (value, param, message) => {
  const { error } = schema.safeParse(value)
  expect(error && flawOfInput(error, value)).toMatchObject({ param, message })
})
