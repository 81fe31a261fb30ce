import type * as z from "zod";

const maxIssues = 10;

/** What a schema found wrong, for a person (`at /client/id: …`) and for a program. Holds no value of the input. */
export function describeIssues(error: z.ZodError): { text: string; details: { issues: { path: string; message: string }[] } } {
  const issues = error.issues.slice(0, maxIssues).map(({ path, message }) => ({ path: `/${path.map(String).join("/")}`, message: message.slice(0, 300) }));
  return { text: issues.map(({ path, message }) => `at ${path}: ${message}`).join("; "), details: { issues } };
}
