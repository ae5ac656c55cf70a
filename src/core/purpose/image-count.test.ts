import { expect, test } from 'vitest'
import { makePurposes } from './default-purposes.ts'
import { checkCount, withUsualCount } from './image-count.ts'
import { purposeSchema } from './purpose.ts'

const purposes = makePurposes({ hero: purposeSchema.parse({ default_images: 3, max_images: 4 }) })

test.each([
  ['as many as it says', { n: 2, purpose: 'hero' }, 2],
  ['one, when it says one', { n: 1, purpose: 'hero' }, 1],
  ['as its purpose has, when it says nothing', { purpose: 'hero' }, 3],
  ['the same, when the model names the purpose', { model: 'auto:hero', n: null }, 3],
  ['as many as usual, when nobody says anything', { purpose: 'blog' }, undefined],
] as const)('a request is for %s', (_, draft, expected) => {
  expect(withUsualCount({ operation: 'generate', ...draft }, purposes).n).toBe(expected)
})

test('more than the purpose allows is refused by name', () => {
  expect(checkCount(4, purposes.of('hero'))).toBeUndefined()
  const ask = () => checkCount(5, purposes.of('hero'))
  expect(ask).toThrow(expect.objectContaining({ code: 'invalid_request', param: 'n' }))
  expect(ask).toThrow(/n is 5; requests for hero take at most 4/)
})

test('a purpose that has more than it allows is no purpose', () => {
  const flawed = purposeSchema.safeParse({ default_images: 5, max_images: 4 })
  expect(flawed.error?.issues[0]).toMatchObject({ path: ['default_images'] })
})
