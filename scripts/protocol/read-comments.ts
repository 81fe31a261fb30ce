import { readFileSync } from "node:fs";
import ts from "typescript";

/** Doc comments by what they stand on: `chat.send`, `chat.send/params/sessionKey`, `Booking`, `Booking/items`. */
export type Comments = ReadonlyMap<string, string>;

/** Schemas carry no comments when the program runs, so these are read from the source. */
export function readComments(files: readonly string[], renamed: Readonly<Record<string, string>>): Comments {
  const comments = new Map<string, string>();
  const note = (path: string, node: ts.Node) => {
    const text = commentOf(node);
    if (text !== "" && !comments.has(path)) comments.set(path, text);
  };

  /** Goes through `z.array(z.strictObject({ … })).optional()` and the like down to the properties. */
  const shape = (node: ts.Node, path: string): void => {
    if (ts.isObjectLiteralExpression(node)) {
      for (const property of node.properties) {
        if (!ts.isPropertyAssignment(property)) continue;
        const below = `${path}/${nameOf(property)}`;
        note(below, property);
        shape(property.initializer, below);
      }
    } else if (ts.isCallExpression(node)) {
      shape(node.expression, path);
      for (const argument of node.arguments) shape(argument, path);
    } else if (ts.isPropertyAccessExpression(node)) shape(node.expression, path);
  };

  const visit = (node: ts.Node): void => {
    if (ts.isVariableStatement(node)) {
      for (const { name, initializer } of node.declarationList.declarations) {
        if (!initializer || !ts.isIdentifier(name) || !/^[A-Z]/.test(name.text)) continue;
        const path = renamed[name.text] ?? name.text;
        note(path, node);
        shape(initializer, path);
      }
    }
    if (ts.isPropertyAssignment(node) && ts.isCallExpression(node.initializer) && ts.isIdentifier(node.initializer.expression)) {
      const kind = node.initializer.expression.text;
      const [spec] = node.initializer.arguments;
      if ((kind === "method" || kind === "event") && spec) {
        const path = kind === "event" ? `event ${nameOf(node)}` : nameOf(node);
        note(path, node);
        shape(spec, path);
      }
    }
    ts.forEachChild(node, visit);
  };

  for (const file of files) visit(ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true));
  return comments;
}

const nameOf = ({ name }: ts.PropertyAssignment): string => (ts.isIdentifier(name) || ts.isStringLiteral(name) ? name.text : name.getText());

function commentOf(node: ts.Node): string {
  const [comment] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).slice(-1);
  const text = comment && (typeof comment.comment === "string" ? comment.comment : ts.getTextOfJSDocComment(comment.comment));
  return (text ?? "").replace(/\s+/g, " ").trim();
}
