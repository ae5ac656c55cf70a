/**
 * Why something was not tried: too much waits, or it was closed. It says nothing about what was to
 * be looked at. Thrown; known by its marker.
 */
export interface BusyError extends Error {
  readonly isBusy: true
}
