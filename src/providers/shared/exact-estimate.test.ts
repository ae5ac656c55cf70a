import { expect, test } from 'vitest'
import type { CallPlan } from '../../core/catalog/call-plan.ts'
import { exactEstimate, exactUsage } from './exact-estimate.ts'

const plan = {
  n: 2,
  operation: 'edit',
  expectedSize: { width: 1_024, height: 768 },
  images: [{}, {}, {}],
} as unknown as CallPlan
const known = { images: 2, width: 1_024, height: 768, operation: 'edit', references: 3 }

test('what is known beforehand is counted, and further facts win over it', () => {
  expect(exactUsage(plan)).toEqual(known)
  expect(exactUsage(plan, { steps: 4, width: 512 })).toEqual({ ...known, steps: 4, width: 512 })
})

test('a fact that is not known is left out, and takes nothing away', () => {
  const usage = exactUsage(plan, { steps: undefined, width: undefined })
  expect(Object.keys(usage)).not.toContain('steps')
  expect(usage).toEqual(known)
})

test('an exact estimate has no range', () => {
  const usage = { ...known, steps: 4 }
  expect(exactEstimate(plan, { steps: 4 })).toEqual({ low: usage, expected: usage, high: usage })
})
