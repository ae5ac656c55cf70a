import { expect, test } from 'vitest'
import { requestLimits } from '../request/limits.ts'
import { normaliseRequest } from '../request/normalise.ts'
import { tagLine } from './batch-line.ts'

const requestWith = (tags: Readonly<Record<string, string>>) =>
  normaliseRequest({ operation: 'generate', prompt: 'a cup', tags })

test('a line has the tag of its batch beside its own, and never loses one', () => {
  expect(tagLine(requestWith({ night: '1' }), 'batch_a').tags).toEqual({
    ...{ night: '1', batch: 'batch_a' },
  })
  const most = Array.from({ length: requestLimits.maxTags }, (_, index) => [`t${index}`, ''])
  const refused = expect.objectContaining({ param: 'tags', code: 'invalid_request' })
  for (const tags of [{ batch: 'mine' }, Object.fromEntries(most)]) {
    expect(() => tagLine(requestWith(tags), 'batch_a')).toThrow(refused)
  }
})
