import { describe, expect, test } from 'vitest'
import { type Gate, gateSchema, gatesFor } from './gate.ts'

const opaque = { isTransparent: false, isSuspicious: false }
const read = (gate: unknown): Gate => gateSchema.parse(gate)
const namesOf = (gates: readonly Gate[]) => gates.map(({ gate }) => gate)

describe('gates in the settings of a purpose', () => {
  test('a name is the check with its usual settings', () => {
    expect(read('blur')).toEqual({ gate: 'blur', required: false, lowest_share: 0.01 })
    expect(read('blur')).toEqual(read({ gate: 'blur' }))
    expect(read({ gate: 'palette', colours: ['#0A84ff'] })).toMatchObject({ tolerance: 5 })
  })

  test.each([
    ['a check that does not exist', 'sharp'],
    ['palette without colours, which only settings can say', 'palette'],
    ['a colour that is none', { gate: 'palette', colours: ['blue'] }],
    ['similarity without a threshold, which depends on the model', { gate: 'similarity' }],
    ['a member of another check', { gate: 'blur', colours: ['#000000'] }],
  ])('%s is refused', (_title, gate) => {
    expect(gateSchema.safeParse(gate).success).toBe(false)
  })
})

describe('the gates that a picture must pass', () => {
  test('run from the cheapest to the dearest, whatever the order in the settings', () => {
    const own = ['judge', 'text', 'blur'].map(read)
    expect(namesOf(gatesFor(own, opaque))).toEqual([
      ...['complete', 'size', 'blank', 'blur', 'text', 'judge'],
    ])
  })

  test('pixels are decoded only for a gate, for transparency, or for a suspicion', () => {
    expect(namesOf(gatesFor([], opaque))).toEqual(['complete', 'size'])
    const suspicious = { ...opaque, isSuspicious: true }
    expect(namesOf(gatesFor([], suspicious))).toEqual(['complete', 'size', 'blank'])
    const clear = gatesFor([], { ...opaque, isTransparent: true })
    expect(namesOf(clear)).toEqual(['complete', 'size', 'blank', 'transparent'])
  })

  test("the purpose's own settings replace the usual ones; a check may stand there twice", () => {
    const own = [
      read({ gate: 'size', aspect_tolerance: 0.02 }),
      read({ gate: 'palette', colours: ['#ff0000'] }),
      read({ gate: 'palette', colours: ['#00ff00'], tolerance: 12 }),
    ]
    const gates = gatesFor(own, opaque)
    expect(namesOf(gates)).toEqual(['complete', 'size', 'blank', 'palette', 'palette'])
    expect(gates[1]).toMatchObject({ aspect_tolerance: 0.02 })
  })
})
