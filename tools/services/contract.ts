/** Where a service's programs are and which version they are. */
export interface Installation {
  readonly folder: string
  readonly version: string
}

/** A server started for the tests, or a program that they start themselves. */
export interface RunningService {
  /** What the tests get: a URL, or the path of the program. */
  readonly url: string
  /** Stops exactly what was started and removes its data. Safe to call twice. */
  stop(): Promise<void>
}

/**
 * A server or program that some tests need. One file each in this folder, listed in `all.ts`;
 * everything that is not particular to a service stands in `provide.ts`.
 */
export interface Service {
  readonly name: string
  /**
   * Environment variable with the service's URL or path; when it is set already, nothing is
   * started.
   */
  readonly variable: string
  /** Debian packages that bring the service. */
  readonly debianPackages: readonly string[]
  /** What the run lacks without the service, as a sentence for the person who reads the log. */
  readonly without: string
  /** Looks for the programs on this machine; undefined when they are not installed. */
  find(): Promise<Installation | undefined>
  /** Starts a private server on a free loopback port. Rejects with the server's own words. */
  start(installation: Installation): Promise<RunningService>
}
