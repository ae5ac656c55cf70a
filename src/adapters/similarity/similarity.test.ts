import { expect, test } from 'vitest'
import type { Log } from '../../ports/log.ts'
import { testSimilarityIndex } from '../../testing/test-similarity-index.ts'
import { MemorySimilarityIndex } from './memory-similarity-index.ts'

const warnings: string[] = []
const log: Log = {
  ...{ debug: () => {}, info: () => {}, error: () => {} },
  warn: (_fields, message) => warnings.push(message),
}

const stand = (limits = {}) => {
  const index = new MemorySimilarityIndex(log, limits)
  return { index, settled: () => index.settled() }
}

testSimilarityIndex('scanned', () => stand(), { count: 300, leastRecall: 1 })
testSimilarityIndex('walked as a graph', () => stand({ mostScanned: 100 }), {
  ...{ count: 300, leastRecall: 0.95 },
})

test('without the library prompts are compared one by one, and the log says so', async () => {
  const { index, settled } = stand({ mostScanned: 2, openGraph: async () => undefined })
  for (const key of ['a', 'b', 'c']) index.add('p', key, Int8Array.of(1, 2, 3))
  await settled()
  expect(await index.nearest('p', Int8Array.of(1, 2, 3), 9)).toHaveLength(3)
  expect(warnings).toEqual(['prompts are compared one by one'])
})

test('above its limit the partition goes that was not asked for longest', async () => {
  const { index } = stand({ mostVectors: 3 })
  for (const name of ['a', 'b', 'c']) index.add(name, 'k', Int8Array.of(1, 0))
  await index.nearest('a', Int8Array.of(1, 0), 1)
  index.add('d', 'k', Int8Array.of(1, 0))
  expect(['a', 'b', 'c', 'd'].map((name) => index.size(name))).toEqual([1, 0, 1, 1])
})
