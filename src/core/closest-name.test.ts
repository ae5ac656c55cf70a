import { expect, test } from 'vitest'
import { closestName } from './closest-name.ts'

const names = ['gpt-image-2', 'gpt-image-1-mini', 'flux-2-pro', 'flux-2-flex', 'sd3']

test.each([
  ['gpt-image-1-minni', 'gpt-image-1-mini'],
  ['gptimage-2', 'gpt-image-2'],
  ['gpt-imgae-2', 'gpt-image-2'],
  ['FLUX-2-PRO', 'flux-2-pro'],
  ['flux-2-flx', 'flux-2-flex'],
  ['sd4', undefined],
  ['midjourney', undefined],
  ['', undefined],
  ['x'.repeat(100_000), undefined],
])('%s probably means %s', (given, meant) => {
  expect(closestName(given, names)).toBe(meant)
})
