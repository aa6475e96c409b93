/** What the user wrote makes no sense: answered with the usage, status 2. */
export class UsageError extends Error {}
