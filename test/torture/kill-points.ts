/** The instants at which a gateway is killed, in the order of a request's life. */
export const killPoints = [
  'before-accept',
  'after-accept-and-hold',
  'before-submit',
  'in-request-body',
  'accepted-before-answer',
  'answered-before-written',
  'after-written',
  'in-poll',
  'before-download',
  'in-download',
  'stored-before-settled',
  'settled-before-answer',
  'before-ended',
  'ended-before-told',
] as const
/** See {@link killPoints}. */
export type KillPoint = (typeof killPoints)[number]

/** How a provider works: it answers with pictures, or with a job that is polled or queued. */
export const styles = {
  sync: { provider: 'openai', model: 'gpt-image-2' },
  poll: { provider: 'bfl', model: 'flux-2-klein-4b' },
  queue: { provider: 'fal', model: 'flux-schnell' },
} as const
/** See {@link styles}. */
export type Style = keyof typeof styles

/** Points that a provider that answers at once never comes to. */
const ofJobs: readonly KillPoint[] = ['in-poll', 'before-download', 'in-download']

/** Whether a style comes to a point. */
export const reaches = (style: Style, point: KillPoint): boolean =>
  style !== 'sync' || !ofJobs.includes(point)

/**
 * Points between the announcement of a call and the first word of its end that is on disk: after
 * them nobody can know what became of the call, so it is booked as suspected. A job is known from
 * its submit answer on; pictures that came at once are known when they are settled.
 */
const unknowable: { readonly [Name in 'sync' | 'job']: readonly KillPoint[] } = {
  sync: [
    ...(['after-accept-and-hold', 'before-submit', 'in-request-body'] as const),
    ...(['accepted-before-answer', 'answered-before-written', 'stored-before-settled'] as const),
  ],
  job: [
    ...(['after-accept-and-hold', 'before-submit', 'in-request-body'] as const),
    ...(['accepted-before-answer', 'answered-before-written'] as const),
  ],
}

/** Whether the call that a gateway dies in may end as one of which nobody knows. */
export const mayBeUnknown = (style: Style, point: KillPoint): boolean =>
  unknowable[style === 'sync' ? 'sync' : 'job'].includes(point)
