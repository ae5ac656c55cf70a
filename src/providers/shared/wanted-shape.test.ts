import { expect, test } from 'vitest'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import { nearestAspect, wantedShape } from './wanted-shape.ts'

const wide = { width: 1_536, height: 1_024 }
const aspects = ['1:1', '3:2', '16:9', '2:3']

const planOf = (kind: 'aspect' | 'free', operation: string, settings: object) =>
  ({
    model: { sizes: kind === 'aspect' ? { kind, aspects } : { kind } },
    ...{ operation, settings, expectedSize: wide },
  }) as unknown as CallPlan

test.each<[string, CallPlan, object]>([
  ['a generation gets the expected size', planOf('free', 'generate', {}), { size: wide }],
  ['or the nearest shape', planOf('aspect', 'generate', {}), { aspect: '3:2' }],
  [
    'what was asked for comes first',
    planOf('aspect', 'generate', { aspect: '1:1' }),
    { aspect: '1:1' },
  ],
  ['an edit follows its input', planOf('free', 'edit', {}), { size: undefined }],
  ['in its shape as well', planOf('aspect', 'edit', {}), { aspect: undefined }],
  ['unless it is asked', planOf('free', 'edit', { size: wide }), { size: wide }],
])('%s', (_, plan, expected) => {
  expect(wantedShape(plan)).toEqual(expected)
})

test('twice as wide is as far as twice as high; the first of two equals is taken', () => {
  const square = { width: 512, height: 512 }
  expect(nearestAspect(['2:1', '1:2'], square)).toBe('2:1')
  expect(nearestAspect(['1:2', '2:1'], square)).toBe('1:2')
  expect(nearestAspect([], square)).toBeUndefined()
})
