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
  ['2026-03-31', '0.006'],
  ['2026-04-01', '0.018'],
])('on %s the emulator bills %s', async (day, dollars) => {
  const stand = standOf(emulator)
  stand.pass(startOfDay(day) - START)
  const body = { model: 'janus-pro', prompt: 'a cup' }
  await stand.ask('POST', '/v1/images/generations', { body })
  expect(stand.bills).toEqual([dollars])
})

test('it is made up, and says so', () => {
  expect(definition.availability).toBe('fictional')
  expect(definition.models.every(({ isFictional }) => isFictional)).toBe(true)
})

test('the eleventh call at once is refused, and the next one after them is not', async () => {
  const stand = standOf(emulator)
  const body = { model: 'janus-pro', prompt: 'a cup' }
  const call = () => stand.ask('POST', '/v1/images/generations', { body })
  const answers = await Promise.all(Array.from({ length: 11 }, call))
  expect(answers.map(({ status }) => status).toSorted()).toEqual([...Array(10).fill(200), 429])
  expect(await call()).toMatchObject({ status: 200 })
})
