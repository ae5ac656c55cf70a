import type { Fact, RequestRecord } from '../core/jobs/request-record.ts'

type Acceptance = Extract<Fact, { readonly kind: 'request-accepted' | 'job-begun' }>

/** The fact by which a run becomes durable: a job is known already, anything else is new. */
export const acceptanceOf = (request: RequestRecord, isJob: boolean): Acceptance => ({
  kind: isJob ? 'job-begun' : 'request-accepted',
  request,
})

/** Whether a fact makes a run durable. */
export const isAcceptance = (fact: Fact): fact is Acceptance =>
  fact.kind === 'request-accepted' || fact.kind === 'job-begun'

/** The record that a run began with; undefined before it has one. */
export const acceptedRecord = (facts: readonly Fact[]): RequestRecord | undefined =>
  facts.find(isAcceptance)?.request

/** What is still to be written of a run: a request that was written down is not accepted again. */
export const unwrittenOf = ({
  unwritten,
  isKnown = false,
}: {
  readonly unwritten: readonly Fact[]
  readonly isKnown?: boolean
}): readonly Fact[] =>
  isKnown ? unwritten.filter(({ kind }) => kind !== 'request-accepted') : unwritten
