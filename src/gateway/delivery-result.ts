/** What a delivery was to a call: its job, the end of it, known before, or nothing of use. */
export type Told = 'job_found' | 'woken' | 'repeated' | 'ignored'

/**
 * What became of a delivery. `woken`: its call is polled at once. `job_found`: nobody knew the job
 * before. `late`: the call has ended, or another process follows it. `unavailable`: it must be
 * delivered again.
 */
export type DeliveryResult = Told | 'late' | 'bad_signature' | 'unknown' | 'unavailable'
