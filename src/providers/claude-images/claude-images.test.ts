import { expect, test } from 'vitest'
import { startOfDay } from '../../core/time.ts'
import { standOf } from '../../testing/emulator-stand.ts'
import { testProvider } from '../../testing/test-provider.ts'
import definition from './index.ts'
import emulator from './sandbox.ts'

testProvider(definition, emulator, { fixtures: new URL('./fixtures/', import.meta.url) })

/** When the emulator's stand begins. */
const START = Date.UTC(2026, 10, 20, 12)

test.each([
  ['2026-04-14', '0.03'],
  ['2026-04-15', '0.045000234'],
])('on %s the emulator bills %s', async (day, dollars) => {
  const stand = standOf(emulator)
  stand.pass(startOfDay(day) - START)
  const body = { model: 'claude-image', prompt: 'a cup' }
  await stand.ask('POST', '/v1/images/generations', { body })
  expect(stand.bills).toEqual([dollars])
})

test('it is made up, and says so', () => {
  expect(definition.availability).toBe('fictional')
  expect(definition.models.every(({ isFictional }) => isFictional)).toBe(true)
})
