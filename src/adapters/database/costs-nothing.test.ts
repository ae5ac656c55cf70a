import { expect, test } from 'vitest'
import type { Fact } from '../../core/jobs/request-record.ts'
import {
  closingFacts,
  openingFacts,
  sampleEndedRequest,
  sampleRequest,
} from '../../testing/sample-records.ts'
import { toBatch } from './batch.ts'
import { costsNothing } from './costs-nothing.ts'

const accepted: Fact = { kind: 'request-accepted', request: sampleRequest('one') }
const closing = closingFacts('one')
const ended: Fact = { kind: 'request-ended', request: sampleEndedRequest('one') }
const free: Fact = { ...ended, request: { ...ended.request, costNano: 0n } }

test.each<[string, readonly Fact[], boolean]>([
  ['a request that ended with nothing paid', [accepted, free], true],
  ['one that cost something', [accepted, ended], false],
  ['one that goes on', [accepted], false],
  ['the end of one that was written before', [free], false],
  ['one that calls somebody', openingFacts('one'), false],
  ['a whole call', [...openingFacts('one'), ...closing], false],
])('whether a commit may be waived by the disk: %s', (_, facts, isWaived) => {
  expect(costsNothing(toBatch(facts))).toBe(isWaived)
})
