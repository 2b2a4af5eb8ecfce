/**
 * The error every handler throws: reference 1.5. `code` travels as a string in HTTP bodies and as an integer at the top of a job.
 * HTTP status per code is only documented for the general codes; feature codes default to 400 (reference 1.4).
 */
export class ApiError extends Error {
  constructor(
    readonly code: number,
    message: string,
    readonly status = 400,
    readonly target?: string,
  ) {
    super(message);
  }

  body(): { error: { message: string; code: string; target?: string } } {
    return {
      error: {
        message: this.message,
        code: String(this.code),
        ...(this.target === undefined ? {} : { target: this.target }),
      },
    };
  }
}

export const notFound = (target = "uuid"): ApiError => new ApiError(4, "entry doesn't exist", 404, target);
export const notAuthorized = (): ApiError => new ApiError(6, "not authorized for that command", 403);
export const unexpectedArgument = (name: string): ApiError =>
  new ApiError(262179, `Unexpected argument "${name}".`, 400, name);
export const badValue = (field: string, value: unknown): ApiError =>
  new ApiError(262197, `The value ${JSON.stringify(value)} is invalid for field "${field}".`, 400, field);
export const missing = (field: string): ApiError => new ApiError(262212, `Field "${field}" is required.`, 400, field);
export const notSettable = (field: string): ApiError =>
  new ApiError(262196, `Field "${field}" cannot be set in this operation.`, 400, field);
export const nothingToChange = (): ApiError =>
  new ApiError(262190, "The request did not contain any fields to change.", 400);

/** Is it one of the codes any endpoint may give, whose HTTP status is documented (reference 1.5)? */
export const isGeneral = (code: number): boolean =>
  code <= 8 || (code >= 262144 && code < 264000) || code === 6691623 || code === 39387137;
