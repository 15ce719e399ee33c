/** Tells the log of trouble that fails no request, or whose request has ended by then; `where` says what it was about. */
export type ReportError = (error: unknown, where: string) => void;
