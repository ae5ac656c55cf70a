import { hash } from 'node:crypto'
import { expect, test } from 'vitest'
import { type Gate, gateSchema } from '../core/quality/gate.ts'
import { noDecoder } from '../testing/no-decoder.ts'
import type { GateTools } from './gate-evidence.ts'
import { gateVersionOf } from './gate-version.ts'

const judge = (version: string): NonNullable<GateTools['judge']> => ({
  ...{ version, account: 'judge/seer', ceilingNano: 0n, isSimulated: false },
  judge: async () => ({ ok: false, reason: 'asleep', costNano: 0n }),
})
const embedder = (id: string): NonNullable<GateTools['embedder']> => ({
  ...{ id, account: 'embedder/clip', ceilingNano: 0n, isSimulated: false, takesImages: true },
  embed: async () => ({ ok: false, reason: 'asleep', costNano: 0n }),
})
const brand = (byte: number): NonNullable<GateTools['references']> =>
  new Map([['brand.png', { bytes: new Uint8Array([byte]), format: 'png' }]])
const tools: GateTools = {
  decoder: noDecoder,
  sha256: (data) => hash('sha256', data, 'hex'),
  ...{ judge: judge('seer#1'), embedder: embedder('clip@1'), references: brand(1) },
}
const like = { gate: 'similarity', to: 'references', threshold: 0.8, references: ['brand.png'] }

const versionOf = (gates: readonly unknown[], more: Partial<GateTools> = {}, isCritical = false) =>
  gateVersionOf(
    { gates: gates.map((gate): Gate => gateSchema.parse(gate)), isCritical },
    { ...tools, ...more },
  )

test.each([
  ['model or wording of the judge', versionOf(['judge'], { judge: judge('seer#2') }), ['judge']],
  ['threshold', versionOf([{ gate: 'judge', threshold: 0.7 }]), ['judge']],
  ['purpose that is critical', versionOf(['judge'], {}, true), ['judge']],
  ['embedder', versionOf([like], { embedder: embedder('clip@2') }), [like]],
  ['picture of the brand', versionOf([like], { references: brand(2) }), [like]],
  ['gate beside it', versionOf(['blur', 'judge']), ['judge']],
])('another %s is another version', (_, other, gates) => {
  expect(other).not.toBe(versionOf(gates))
  expect(versionOf(gates)).toBe(versionOf(gates))
})

test('what does not look at the content is of no version, and changes none', () => {
  expect(versionOf(['size', 'blank'])).toBeUndefined()
  expect(versionOf(['blank', 'judge'])).toBe(versionOf(['judge']))
  expect(versionOf(['blur'], { judge: judge('seer#2') })).toBe(versionOf(['blur']))
})
