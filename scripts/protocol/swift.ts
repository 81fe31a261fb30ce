import { type ProtocolDocument, type Schema, typeName } from "./json-schema.ts";
import { swiftSupport } from "./swift-support.ts";

/** Words that are no names in Swift unless they stand in backticks. */
export const swiftReserved: ReadonlySet<string> = new Set(
  (
    "Any Self Type Protocol actor any as associatedtype async await break case catch class continue default defer deinit do dynamic else enum extension " +
    "fallthrough false fileprivate for func get guard if import in indirect init inout internal is lazy let mutating nil nonmutating open operator " +
    "optional override postfix precedencegroup prefix private protocol public repeat required rethrows return self set some static struct subscript " +
    "super switch throw throws true try typealias unowned var weak where while"
  ).split(" "),
);

const declared = (keyword: string, name: string) => `public ${keyword} ${name}`;
const lowerFirst = (text: string) => text.slice(0, 1).toLowerCase() + text.slice(1);

/** A wire name as a Swift name: `needs-person` is `needsPerson`, `default` is in backticks. */
export function swiftName(wireName: string): string {
  const plain = /^[A-Za-z_][A-Za-z0-9_]*$/.test(wireName) ? wireName : lowerFirst(typeName(wireName));
  const name = /^[A-Za-z_]/.test(plain) ? plain : `_${plain}`;
  return swiftReserved.has(name) ? `\`${name}\`` : name;
}

/**
 * Codable models of every frame, parameter, result and event. Objects are structs, texts of a closed list are structs with the
 * known values (a newer gateway may send others), unions and open values are `AnyCodable`. The same schemas give the same bytes.
 */
export function swiftModels(document: ProtocolDocument): string {
  const out: string[] = [];
  const supports = ["AnyCodable", "GatewayFrame", "GatewayMethod", "GatewayEventName", "GatewayProtocol"];
  for (const name of supports) if (name in document.definitions) throw new Error(`${name} is a name of the Swift models: rename the schema`);
  const names = new Set<string>([...supports, ...Object.keys(document.definitions)]);
  /** A name for what has none of its own in the protocol. */
  const claim = (suggested: string): string => {
    let name = suggested;
    while (names.has(name)) name += "Value";
    names.add(name);
    return name;
  };

  /** The Swift type of a schema; what needs a declaration of its own gets `suggested` as its name. */
  const typeOf = (schema: Schema, suggested: string): string => {
    if (schema.$ref) return schema.$ref.replace("#/definitions/", "");
    const types = typeof schema.type === "string" ? [schema.type] : (schema.type ?? []);
    const [type, ...others] = types.filter((one) => one !== "null");
    if (others.length > 0) return "AnyCodable";
    const variants = (schema.anyOf ?? schema.oneOf)?.filter((one) => one.type !== "null");
    if (variants) return variants.length === 1 ? typeOf(variants[0]!, suggested) : "AnyCodable";
    switch (type) {
      case "string":
        return schema.enum ? valuesOf(claim(suggested), schema) : "String";
      case "integer":
        return "Int";
      case "number":
        return "Double";
      case "boolean":
        return "Bool";
      case "array":
        return `[${schema.items && !Array.isArray(schema.items) ? typeOf(schema.items as Schema, `${suggested}Item`) : "AnyCodable"}]`;
      case "object":
        if (schema.properties && Object.keys(schema.properties).length > 0) return structOf(claim(suggested), schema);
        return `[String: ${typeof schema.additionalProperties === "object" && Object.keys(schema.additionalProperties).length > 0 ? typeOf(schema.additionalProperties, `${suggested}Value`) : "AnyCodable"}]`;
      default:
        return "AnyCodable";
    }
  };

  const isNullable = (schema: Schema): boolean =>
    (Array.isArray(schema.type) && schema.type.includes("null")) || (schema.anyOf ?? schema.oneOf ?? []).some((one) => one.type === "null");

  const comment = (text: string | undefined, indent = ""): string[] => (text === undefined ? [] : [`${indent}/// ${text}`]);

  const valuesOf = (name: string, schema: Schema): string => {
    const values = (schema.enum ?? []).map(String);
    out.push(
      [
        ...comment(schema.description),
        `${declared("struct", name)}: RawRepresentable, Codable, Hashable, Sendable {`,
        "    public let rawValue: String",
        "    public init(rawValue: String) { self.rawValue = rawValue }",
        ...values.map((value) => `    public static let ${swiftName(value)} = ${name}(rawValue: ${JSON.stringify(value)})`),
        "}",
      ].join("\n"),
    );
    return name;
  };

  const structOf = (name: string, schema: Schema): string => {
    const required = new Set(schema.required);
    const fields = Object.entries(schema.properties ?? {}).map(([wire, property]) => {
      const optional = !required.has(wire) || isNullable(property);
      return {
        wire,
        name: swiftName(wire),
        type: `${typeOf(property, `${name}${typeName(wire)}`)}${optional ? "?" : ""}`,
        optional,
        text: property.description,
      };
    });
    const lines = [...comment(schema.description), `${declared("struct", name)}: Codable, Hashable, Sendable {`];
    for (const field of fields) lines.push(...comment(field.text, "    "), `    public var ${field.name}: ${field.type}`);
    if (fields.length > 0) {
      lines.push("");
      lines.push(`    public init(${fields.map((field) => `${field.name}: ${field.type}${field.optional ? " = nil" : ""}`).join(", ")}) {`);
      for (const field of fields) lines.push(`        self.${field.name} = ${field.name}`);
      lines.push("    }");
      if (fields.some((field) => field.name.replaceAll("`", "") !== field.wire)) {
        lines.push("", "    private enum CodingKeys: String, CodingKey {");
        for (const field of fields) lines.push(`        case ${field.name} = ${JSON.stringify(field.wire)}`);
        lines.push("    }");
      }
    } else lines.push("    public init() {}");
    lines.push("}");
    out.push(lines.join("\n"));
    return name;
  };

  for (const [name, schema] of Object.entries(document.definitions)) {
    if (schema.type === "object" && schema.properties && (Object.keys(schema.properties).length > 0 || schema.additionalProperties === false))
      structOf(name, schema);
    else if (schema.type === "string" && schema.enum) valuesOf(name, schema);
    else {
      const type = typeOf(schema, `${name}Value`);
      out.push([...comment(schema.description), `${declared("typealias", name)} = ${type}`].join("\n"));
    }
  }

  const wireEnum = (keyword: string, wireNames: readonly string[]): string =>
    [
      `${declared("enum", keyword)}: String, CaseIterable, Codable, Sendable {`,
      ...wireNames.map((wire) => `    case ${swiftName(lowerFirst(typeName(wire)))} = ${JSON.stringify(wire)}`),
      "}",
    ].join("\n");
  const version = document["x-protocol"] as { current: number; newest: number };

  return `${[
    "// Written by scripts/generate-protocol.ts from the schemas of the protocol. Do not edit.",
    "import Foundation",
    [
      `${declared("enum", "GatewayProtocol")} {`,
      `    public static let version = ${version.current}`,
      `    public static let newestVersion = ${version.newest}`,
      "}",
    ].join("\n"),
    swiftSupport,
    wireEnum("GatewayMethod", Object.keys(document["x-methods"])),
    wireEnum("GatewayEventName", Object.keys(document["x-events"])),
    ...out,
  ].join("\n\n")}\n`;
}
