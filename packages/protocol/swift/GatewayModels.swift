// Written by scripts/generate-protocol.ts from the schemas of the protocol. Do not edit.

import Foundation

public enum GatewayProtocol {
    public static let version = 3
    public static let newestVersion = 4
}

/// Any JSON value.
public enum AnyCodable: Codable, Hashable, Sendable {
    case null
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case array([AnyCodable])
    case object([String: AnyCodable])

    public init(from decoder: Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int.self) {
            self = .int(value)
        } else if let value = try? container.decode(Double.self) {
            self = .double(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([AnyCodable].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: AnyCodable].self))
        }
    }

    public func encode(to encoder: Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .int(let value): try container.encode(value)
        case .double(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }

    /// The value as one of the models, such as the payload of an event.
    public func decoded<Value: Decodable>(as type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: JSONEncoder().encode(self))
    }
}

/// One frame of the socket. A kind that this version does not know is kept as it came.
public enum GatewayFrame: Codable, Hashable, Sendable {
    case request(RequestFrame)
    case response(ResponseFrame)
    case event(EventFrame)
    case unknown(type: String, raw: AnyCodable)

    private enum CodingKeys: String, CodingKey {
        case type
    }

    public init(from decoder: Decoder) throws {
        let type = try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .type)
        switch type {
        case "req": self = .request(try RequestFrame(from: decoder))
        case "res": self = .response(try ResponseFrame(from: decoder))
        case "event": self = .event(try EventFrame(from: decoder))
        default: self = .unknown(type: type, raw: try AnyCodable(from: decoder))
        }
    }

    public func encode(to encoder: Encoder) throws {
        switch self {
        case .request(let frame): try frame.encode(to: encoder)
        case .response(let frame): try frame.encode(to: encoder)
        case .event(let frame): try frame.encode(to: encoder)
        case .unknown(_, let raw): try raw.encode(to: encoder)
        }
    }
}

public enum GatewayMethod: String, CaseIterable, Codable, Sendable {
    case agent = "agent"
    case agentIdentityGet = "agent.identity.get"
    case agentWait = "agent.wait"
    case agentsList = "agents.list"
    case agentsPause = "agents.pause"
    case agentsPaused = "agents.paused"
    case agentsResume = "agents.resume"
    case approvalsList = "approvals.list"
    case approvalsResolve = "approvals.resolve"
    case auditList = "audit.list"
    case bookingsAttend = "bookings.attend"
    case bookingsDocument = "bookings.document"
    case bookingsGet = "bookings.get"
    case bookingsInvoice = "bookings.invoice"
    case bookingsLedger = "bookings.ledger"
    case bookingsList = "bookings.list"
    case bookingsReconcile = "bookings.reconcile"
    case bookingsRelease = "bookings.release"
    case bookingsShare = "bookings.share"
    case channelsLoginStart = "channels.login.start"
    case channelsLoginWait = "channels.login.wait"
    case channelsLogout = "channels.logout"
    case channelsPairingApprove = "channels.pairing.approve"
    case channelsPairingList = "channels.pairing.list"
    case channelsPairingReject = "channels.pairing.reject"
    case channelsRestart = "channels.restart"
    case channelsStatus = "channels.status"
    case chatAbort = "chat.abort"
    case chatHistory = "chat.history"
    case chatInject = "chat.inject"
    case chatSend = "chat.send"
    case commandsList = "commands.list"
    case configApply = "config.apply"
    case configGet = "config.get"
    case configPatch = "config.patch"
    case configSchema = "config.schema"
    case configSchemaLookup = "config.schema.lookup"
    case configSet = "config.set"
    case consentsCheck = "consents.check"
    case consentsList = "consents.list"
    case consentsRecord = "consents.record"
    case consentsWithdraw = "consents.withdraw"
    case conversationsAssignAgent = "conversations.assignAgent"
    case conversationsHandBack = "conversations.handBack"
    case conversationsList = "conversations.list"
    case conversationsReply = "conversations.reply"
    case conversationsTakeOver = "conversations.takeOver"
    case crmConflicts = "crm.conflicts"
    case crmResolve = "crm.resolve"
    case crmStatus = "crm.status"
    case crmSync = "crm.sync"
    case cronAdd = "cron.add"
    case cronCancel = "cron.cancel"
    case cronList = "cron.list"
    case cronPreview = "cron.preview"
    case cronRemove = "cron.remove"
    case cronRun = "cron.run"
    case cronRuns = "cron.runs"
    case cronStatus = "cron.status"
    case cronUpdate = "cron.update"
    case customersCompaniesCreate = "customers.companies.create"
    case customersCompaniesGet = "customers.companies.get"
    case customersCompaniesList = "customers.companies.list"
    case customersCompaniesUpdate = "customers.companies.update"
    case customersCreate = "customers.create"
    case customersDuplicates = "customers.duplicates"
    case customersErase = "customers.erase"
    case customersErasures = "customers.erasures"
    case customersExport = "customers.export"
    case customersGet = "customers.get"
    case customersIdentitiesAdd = "customers.identities.add"
    case customersIdentitiesList = "customers.identities.list"
    case customersIdentitiesRemove = "customers.identities.remove"
    case customersLinksDecide = "customers.links.decide"
    case customersLinksList = "customers.links.list"
    case customersList = "customers.list"
    case customersMerge = "customers.merge"
    case customersPartiesList = "customers.parties.list"
    case customersPartiesRemove = "customers.parties.remove"
    case customersPartiesSave = "customers.parties.save"
    case customersTimeline = "customers.timeline"
    case customersUnmerge = "customers.unmerge"
    case customersUpdate = "customers.update"
    case deliveriesList = "deliveries.list"
    case deliveriesResolve = "deliveries.resolve"
    case deliveriesRetry = "deliveries.retry"
    case devicePairApprove = "device.pair.approve"
    case devicePairList = "device.pair.list"
    case devicePairReject = "device.pair.reject"
    case devicePairRemove = "device.pair.remove"
    case deviceTokenRevoke = "device.token.revoke"
    case deviceTokenRotate = "device.token.rotate"
    case digestGet = "digest.get"
    case execApprovalGet = "exec.approval.get"
    case execApprovalList = "exec.approval.list"
    case execApprovalRequest = "exec.approval.request"
    case execApprovalResolve = "exec.approval.resolve"
    case execApprovalsGet = "exec.approvals.get"
    case execApprovalsNodeGet = "exec.approvals.node.get"
    case execApprovalsNodeSet = "exec.approvals.node.set"
    case execApprovalsSet = "exec.approvals.set"
    case health = "health"
    case lastHeartbeat = "last-heartbeat"
    case leadsCreate = "leads.create"
    case leadsGet = "leads.get"
    case leadsList = "leads.list"
    case leadsUpdate = "leads.update"
    case logsTail = "logs.tail"
    case mcpApprove = "mcp.approve"
    case mcpPending = "mcp.pending"
    case mcpStatus = "mcp.status"
    case modelsList = "models.list"
    case modelsStatus = "models.status"
    case nodeDescribe = "node.describe"
    case nodeEvent = "node.event"
    case nodeInvoke = "node.invoke"
    case nodeInvokeResult = "node.invoke.result"
    case nodeList = "node.list"
    case nodePairApprove = "node.pair.approve"
    case nodePairList = "node.pair.list"
    case nodePairReject = "node.pair.reject"
    case nodePairRequest = "node.pair.request"
    case nodePairVerify = "node.pair.verify"
    case nodeRename = "node.rename"
    case offersSearch = "offers.search"
    case pluginsCommand = "plugins.command"
    case pluginsInspect = "plugins.inspect"
    case pluginsList = "plugins.list"
    case policyEvaluate = "policy.evaluate"
    case portalInvite = "portal.invite"
    case portalRevoke = "portal.revoke"
    case pricesHistory = "prices.history"
    case privacyRetentionRun = "privacy.retention.run"
    case privacyRetentionStatus = "privacy.retention.status"
    case promisesAdd = "promises.add"
    case promisesList = "promises.list"
    case promisesSettle = "promises.settle"
    case promisesUpdate = "promises.update"
    case queueDlqDrop = "queue.dlq.drop"
    case queueDlqGet = "queue.dlq.get"
    case queueDlqList = "queue.dlq.list"
    case queueDlqRetry = "queue.dlq.retry"
    case queueStatus = "queue.status"
    case quotesCreate = "quotes.create"
    case quotesList = "quotes.list"
    case quotesWithdraw = "quotes.withdraw"
    case routingExplain = "routing.explain"
    case routingList = "routing.list"
    case send = "send"
    case sessionsCompact = "sessions.compact"
    case sessionsDelete = "sessions.delete"
    case sessionsDescribe = "sessions.describe"
    case sessionsList = "sessions.list"
    case sessionsMessagesSubscribe = "sessions.messages.subscribe"
    case sessionsMessagesUnsubscribe = "sessions.messages.unsubscribe"
    case sessionsPatch = "sessions.patch"
    case sessionsPreview = "sessions.preview"
    case sessionsReset = "sessions.reset"
    case sessionsResolve = "sessions.resolve"
    case sessionsSubscribe = "sessions.subscribe"
    case sessionsUnsubscribe = "sessions.unsubscribe"
    case skillsStatus = "skills.status"
    case status = "status"
    case suppliersStatus = "suppliers.status"
    case systemEvent = "system-event"
    case systemPresence = "system-presence"
    case templatesLint = "templates.lint"
    case templatesList = "templates.list"
    case templatesPreview = "templates.preview"
    case templatesSend = "templates.send"
    case usageCost = "usage.cost"
    case usageStatus = "usage.status"
    case vaultAdd = "vault.add"
    case vaultAudit = "vault.audit"
    case vaultCheck = "vault.check"
    case vaultList = "vault.list"
    case vaultRemove = "vault.remove"
    case vaultRotate = "vault.rotate"
    case wake = "wake"
    case watchesAdd = "watches.add"
    case watchesList = "watches.list"
    case watchesRemove = "watches.remove"
    case webLoginStart = "web.login.start"
    case webLoginWait = "web.login.wait"
    case webhooksAdd = "webhooks.add"
    case webhooksDeliveries = "webhooks.deliveries"
    case webhooksList = "webhooks.list"
    case webhooksRedrive = "webhooks.redrive"
    case webhooksRemove = "webhooks.remove"
    case webhooksRotate = "webhooks.rotate"
}

public enum GatewayEventName: String, CaseIterable, Codable, Sendable {
    case agent = "agent"
    case approval = "approval"
    case booking = "booking"
    case channelsPairingRequested = "channels.pairing.requested"
    case channelsPairingResolved = "channels.pairing.resolved"
    case chat = "chat"
    case configChanged = "config.changed"
    case connectChallenge = "connect.challenge"
    case conversation = "conversation"
    case cron = "cron"
    case customersErasure = "customers.erasure"
    case delivery = "delivery"
    case devicePairRequested = "device.pair.requested"
    case devicePairResolved = "device.pair.resolved"
    case execApprovalRequested = "exec.approval.requested"
    case execApprovalResolved = "exec.approval.resolved"
    case health = "health"
    case heartbeat = "heartbeat"
    case nodeEvent = "node.event"
    case nodeInvokeCancel = "node.invoke.cancel"
    case nodeInvokeRequest = "node.invoke.request"
    case nodePairRequested = "node.pair.requested"
    case nodePairResolved = "node.pair.resolved"
    case presence = "presence"
    case promise = "promise"
    case sessionMessage = "session.message"
    case sessionsChanged = "sessions.changed"
    case shutdown = "shutdown"
    case tick = "tick"
}

public struct AgentEvent: Codable, Hashable, Sendable {
    public var runId: String
    public var sessionKey: String
    public var seq: Int
    public var stream: String
    public var ts: Int
    public var data: [String: AnyCodable]

    public init(runId: String, sessionKey: String, seq: Int, stream: String, ts: Int, data: [String: AnyCodable]) {
        self.runId = runId
        self.sessionKey = sessionKey
        self.seq = seq
        self.stream = stream
        self.ts = ts
        self.data = data
    }
}

public struct AgentIdentityGetParams: Codable, Hashable, Sendable {
    public var agentId: String?
    public var sessionKey: String?

    public init(agentId: String? = nil, sessionKey: String? = nil) {
        self.agentId = agentId
        self.sessionKey = sessionKey
    }
}

public struct AgentIdentityGetResult: Codable, Hashable, Sendable {
    public var agentId: String
    public var name: String
    public var avatar: String

    public init(agentId: String, name: String, avatar: String) {
        self.agentId = agentId
        self.name = name
        self.avatar = avatar
    }
}

public struct AgentParamsInputProvenance: Codable, Hashable, Sendable {
    public var kind: String

    public init(kind: String) {
        self.kind = kind
    }
}

public struct AgentParams: Codable, Hashable, Sendable {
    public var message: String
    public var agentId: String?
    public var sessionKey: String?
    public var sessionId: String?
    public var to: String?
    public var replyTo: String?
    public var thinking: String?
    public var deliver: Bool?
    public var attachments: [AnyCodable]?
    public var channel: String?
    public var replyChannel: String?
    public var accountId: String?
    public var replyAccountId: String?
    public var threadId: String?
    public var groupId: String?
    public var groupChannel: String?
    public var groupSpace: String?
    public var timeout: Int?
    public var lane: String?
    public var extraSystemPrompt: String?
    public var label: String?
    public var spawnedBy: String?
    public var bestEffortDeliver: Bool?
    public var cleanupBundleMcpOnRunEnd: Bool?
    public var inputProvenance: AgentParamsInputProvenance?
    public var idempotencyKey: String

    public init(message: String, agentId: String? = nil, sessionKey: String? = nil, sessionId: String? = nil, to: String? = nil, replyTo: String? = nil, thinking: String? = nil, deliver: Bool? = nil, attachments: [AnyCodable]? = nil, channel: String? = nil, replyChannel: String? = nil, accountId: String? = nil, replyAccountId: String? = nil, threadId: String? = nil, groupId: String? = nil, groupChannel: String? = nil, groupSpace: String? = nil, timeout: Int? = nil, lane: String? = nil, extraSystemPrompt: String? = nil, label: String? = nil, spawnedBy: String? = nil, bestEffortDeliver: Bool? = nil, cleanupBundleMcpOnRunEnd: Bool? = nil, inputProvenance: AgentParamsInputProvenance? = nil, idempotencyKey: String) {
        self.message = message
        self.agentId = agentId
        self.sessionKey = sessionKey
        self.sessionId = sessionId
        self.to = to
        self.replyTo = replyTo
        self.thinking = thinking
        self.deliver = deliver
        self.attachments = attachments
        self.channel = channel
        self.replyChannel = replyChannel
        self.accountId = accountId
        self.replyAccountId = replyAccountId
        self.threadId = threadId
        self.groupId = groupId
        self.groupChannel = groupChannel
        self.groupSpace = groupSpace
        self.timeout = timeout
        self.lane = lane
        self.extraSystemPrompt = extraSystemPrompt
        self.label = label
        self.spawnedBy = spawnedBy
        self.bestEffortDeliver = bestEffortDeliver
        self.cleanupBundleMcpOnRunEnd = cleanupBundleMcpOnRunEnd
        self.inputProvenance = inputProvenance
        self.idempotencyKey = idempotencyKey
    }
}

public typealias AgentResult = [String: AnyCodable]

public struct AgentWaitParams: Codable, Hashable, Sendable {
    public var runId: String
    public var timeoutMs: Int?

    public init(runId: String, timeoutMs: Int? = nil) {
        self.runId = runId
        self.timeoutMs = timeoutMs
    }
}

public struct AgentWaitResult: Codable, Hashable, Sendable {
    public var runId: String
    public var status: String

    public init(runId: String, status: String) {
        self.runId = runId
        self.status = status
    }
}

public struct AgentsListParams: Codable, Hashable, Sendable {
    public init() {}
}

public struct AgentsListResult: Codable, Hashable, Sendable {
    public var defaultId: String
    public var mainKey: String
    public var scope: String
    public var agents: [[String: AnyCodable]]

    public init(defaultId: String, mainKey: String, scope: String, agents: [[String: AnyCodable]]) {
        self.defaultId = defaultId
        self.mainKey = mainKey
        self.scope = scope
        self.agents = agents
    }
}

public struct AgentsPauseParams: Codable, Hashable, Sendable {
    public var agentId: String?
    public var reason: String

    public init(agentId: String? = nil, reason: String) {
        self.agentId = agentId
        self.reason = reason
    }
}

public struct AgentsPauseResultPausedItem: Codable, Hashable, Sendable {
    public var agentId: String
    public var reason: String
    public var by: String
    public var at: String

    public init(agentId: String, reason: String, by: String, at: String) {
        self.agentId = agentId
        self.reason = reason
        self.by = by
        self.at = at
    }
}

public struct AgentsPauseResult: Codable, Hashable, Sendable {
    public var paused: [AgentsPauseResultPausedItem]
    public var handedOver: Int

    public init(paused: [AgentsPauseResultPausedItem], handedOver: Int) {
        self.paused = paused
        self.handedOver = handedOver
    }
}

public struct AgentsPausedParams: Codable, Hashable, Sendable {
    public init() {}
}

public struct AgentsPausedResultPausedItem: Codable, Hashable, Sendable {
    public var agentId: String
    public var reason: String
    public var by: String
    public var at: String

    public init(agentId: String, reason: String, by: String, at: String) {
        self.agentId = agentId
        self.reason = reason
        self.by = by
        self.at = at
    }
}

public struct AgentsPausedResult: Codable, Hashable, Sendable {
    public var paused: [AgentsPausedResultPausedItem]

    public init(paused: [AgentsPausedResultPausedItem]) {
        self.paused = paused
    }
}

public struct AgentsResumeParams: Codable, Hashable, Sendable {
    public var agentId: String?

    public init(agentId: String? = nil) {
        self.agentId = agentId
    }
}

public struct AgentsResumeResultPausedItem: Codable, Hashable, Sendable {
    public var agentId: String
    public var reason: String
    public var by: String
    public var at: String

    public init(agentId: String, reason: String, by: String, at: String) {
        self.agentId = agentId
        self.reason = reason
        self.by = by
        self.at = at
    }
}

public struct AgentsResumeResult: Codable, Hashable, Sendable {
    public var paused: [AgentsResumeResultPausedItem]

    public init(paused: [AgentsResumeResultPausedItem]) {
        self.paused = paused
    }
}

public struct ApprovalTotal: Codable, Hashable, Sendable {
    public var amount: String
    public var currency: String

    public init(amount: String, currency: String) {
        self.amount = amount
        self.currency = currency
    }
}

public struct ApprovalStatus: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let pending = ApprovalStatus(rawValue: "pending")
    public static let approved = ApprovalStatus(rawValue: "approved")
    public static let denied = ApprovalStatus(rawValue: "denied")
    public static let expired = ApprovalStatus(rawValue: "expired")
    public static let used = ApprovalStatus(rawValue: "used")
}

public struct Approval: Codable, Hashable, Sendable {
    public var id: String
    public var tool: String
    /// SHA-256 of the action: arguments, offer, price, currency, travellers. The decision covers this and nothing else.
    public var actionHash: String
    public var title: String
    public var lines: [String]
    public var total: ApprovalTotal?
    public var sessionKey: String
    public var customerId: String?
    public var ruleId: String
    public var reason: String
    public var role: String
    /// The version of the policy that asked.
    public var policy: String?
    public var status: ApprovalStatus
    public var requestedAt: String
    public var expiresAt: String
    public var decidedBy: String?
    public var decidedAt: String?

    public init(id: String, tool: String, actionHash: String, title: String, lines: [String], total: ApprovalTotal? = nil, sessionKey: String, customerId: String? = nil, ruleId: String, reason: String, role: String, policy: String? = nil, status: ApprovalStatus, requestedAt: String, expiresAt: String, decidedBy: String? = nil, decidedAt: String? = nil) {
        self.id = id
        self.tool = tool
        self.actionHash = actionHash
        self.title = title
        self.lines = lines
        self.total = total
        self.sessionKey = sessionKey
        self.customerId = customerId
        self.ruleId = ruleId
        self.reason = reason
        self.role = role
        self.policy = policy
        self.status = status
        self.requestedAt = requestedAt
        self.expiresAt = expiresAt
        self.decidedBy = decidedBy
        self.decidedAt = decidedAt
    }
}

public struct ApprovalEvent: Codable, Hashable, Sendable {
    public var approval: Approval

    public init(approval: Approval) {
        self.approval = approval
    }
}

public struct ApprovalsListParamsStatus: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let pending = ApprovalsListParamsStatus(rawValue: "pending")
    public static let approved = ApprovalsListParamsStatus(rawValue: "approved")
    public static let denied = ApprovalsListParamsStatus(rawValue: "denied")
    public static let expired = ApprovalsListParamsStatus(rawValue: "expired")
    public static let used = ApprovalsListParamsStatus(rawValue: "used")
}

public struct ApprovalsListParams: Codable, Hashable, Sendable {
    public var status: ApprovalsListParamsStatus?
    public var limit: Int?
    public var cursor: String?

    public init(status: ApprovalsListParamsStatus? = nil, limit: Int? = nil, cursor: String? = nil) {
        self.status = status
        self.limit = limit
        self.cursor = cursor
    }
}

public struct ApprovalsListResult: Codable, Hashable, Sendable {
    public var approvals: [Approval]
    public var nextCursor: String?

    public init(approvals: [Approval], nextCursor: String? = nil) {
        self.approvals = approvals
        self.nextCursor = nextCursor
    }
}

public struct ApprovalsResolveParamsDecision: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let approve = ApprovalsResolveParamsDecision(rawValue: "approve")
    public static let deny = ApprovalsResolveParamsDecision(rawValue: "deny")
}

public struct ApprovalsResolveParams: Codable, Hashable, Sendable {
    public var id: String
    public var decision: ApprovalsResolveParamsDecision
    public var reason: String?
    public var idempotencyKey: String?

    public init(id: String, decision: ApprovalsResolveParamsDecision, reason: String? = nil, idempotencyKey: String? = nil) {
        self.id = id
        self.decision = decision
        self.reason = reason
        self.idempotencyKey = idempotencyKey
    }
}

public struct ApprovalsResolveResult: Codable, Hashable, Sendable {
    public var approval: Approval

    public init(approval: Approval) {
        self.approval = approval
    }
}

public struct AttachmentKind: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let image = AttachmentKind(rawValue: "image")
    public static let audio = AttachmentKind(rawValue: "audio")
    public static let video = AttachmentKind(rawValue: "video")
    public static let document = AttachmentKind(rawValue: "document")
}

/// A file that came with a message or goes out with one. The bytes are in the media store (`./media`), never in a message.
public struct Attachment: Codable, Hashable, Sendable {
    /// Of the stored file.
    public var id: String
    public var kind: AttachmentKind
    /// By the bytes, whatever the sender said.
    public var mimeType: String
    public var bytes: Int
    /// As the sender named it, without path and control characters.
    public var fileName: String?
    /// Recorded to be listened to, not a file of sound.
    public var voice: Bool?

    public init(id: String, kind: AttachmentKind, mimeType: String, bytes: Int, fileName: String? = nil, voice: Bool? = nil) {
        self.id = id
        self.kind = kind
        self.mimeType = mimeType
        self.bytes = bytes
        self.fileName = fileName
        self.voice = voice
    }
}

public struct AuditListParams: Codable, Hashable, Sendable {
    public var sessionKey: String?
    public var tool: String?
    public var decision: String?
    public var limit: Int?
    public var cursor: String?

    public init(sessionKey: String? = nil, tool: String? = nil, decision: String? = nil, limit: Int? = nil, cursor: String? = nil) {
        self.sessionKey = sessionKey
        self.tool = tool
        self.decision = decision
        self.limit = limit
        self.cursor = cursor
    }
}

public struct AuditListResult: Codable, Hashable, Sendable {
    public var entries: [[String: AnyCodable]]
    public var nextCursor: String?

    public init(entries: [[String: AnyCodable]], nextCursor: String? = nil) {
        self.entries = entries
        self.nextCursor = nextCursor
    }
}

public struct BookingTravellersItem: Codable, Hashable, Sendable {
    public var id: String
    public var name: String

    public init(id: String, name: String) {
        self.id = id
        self.name = name
    }
}

public struct Booking: Codable, Hashable, Sendable {
    public var id: String
    /// Six letters and digits a customer can read out.
    public var reference: String
    public var status: BookingStatus
    public var customerId: String
    public var sessionKey: String
    public var items: [BookingItem]
    public var total: Money
    public var balance: Money
    public var travellers: [BookingTravellersItem]
    public var paymentTimeLimit: String?
    /// The provider's own page on which the customer pays; there while nothing goes on before that.
    public var payUrl: String?
    /// ISO UTC; what was not paid by then is given up.
    public var payUntil: String?
    /// What became of the last request when it came to nothing.
    public var notice: String?
    public var createdAt: String
    public var updatedAt: String
    public var version: Int

    public init(id: String, reference: String, status: BookingStatus, customerId: String, sessionKey: String, items: [BookingItem], total: Money, balance: Money, travellers: [BookingTravellersItem], paymentTimeLimit: String? = nil, payUrl: String? = nil, payUntil: String? = nil, notice: String? = nil, createdAt: String, updatedAt: String, version: Int) {
        self.id = id
        self.reference = reference
        self.status = status
        self.customerId = customerId
        self.sessionKey = sessionKey
        self.items = items
        self.total = total
        self.balance = balance
        self.travellers = travellers
        self.paymentTimeLimit = paymentTimeLimit
        self.payUrl = payUrl
        self.payUntil = payUntil
        self.notice = notice
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.version = version
    }
}

public struct BookingEvent: Codable, Hashable, Sendable {
    public var booking: Booking

    public init(booking: Booking) {
        self.booking = booking
    }
}

public struct BookingItem: Codable, Hashable, Sendable {
    public var kind: Vertical
    public var supplier: String
    public var supplierReference: String?
    public var locators: [String]
    public var status: BookingStatus
    /// One line for a person: `LH1123 Barcelona BCN → Frankfurt FRA, Thu 12 Mar 2027 10:15`.
    public var summary: String
    public var start: TravelTime
    public var end: TravelTime
    /// True for everything that comes from the sandbox and is no real travel.
    public var sandbox: Bool

    public init(kind: Vertical, supplier: String, supplierReference: String? = nil, locators: [String], status: BookingStatus, summary: String, start: TravelTime, end: TravelTime, sandbox: Bool) {
        self.kind = kind
        self.supplier = supplier
        self.supplierReference = supplierReference
        self.locators = locators
        self.status = status
        self.summary = summary
        self.start = start
        self.end = end
        self.sandbox = sandbox
    }
}

/// A booking as every client sees it. Statuses: see the order state machine in `@travelagent/tools-booking`.
public struct BookingStatus: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let pending = BookingStatus(rawValue: "pending")
    public static let held = BookingStatus(rawValue: "held")
    public static let confirmed = BookingStatus(rawValue: "confirmed")
    public static let ticketed = BookingStatus(rawValue: "ticketed")
    public static let unknown = BookingStatus(rawValue: "unknown")
    public static let cancellationPending = BookingStatus(rawValue: "cancellation-pending")
    public static let cancelled = BookingStatus(rawValue: "cancelled")
    public static let voided = BookingStatus(rawValue: "voided")
    public static let refunded = BookingStatus(rawValue: "refunded")
    public static let failed = BookingStatus(rawValue: "failed")
    public static let needsHuman = BookingStatus(rawValue: "needs-human")
}

/// `found`: the supplier has it. `never-happened`: supplier or provider surely knows nothing of it. `keep`: what stands is kept, the rest given up. `accept-cost`: everything is taken back, whatever that costs. `settled`: put right outside; compare again.
public struct BookingsAttendParamsResolution: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let found = BookingsAttendParamsResolution(rawValue: "found")
    public static let neverHappened = BookingsAttendParamsResolution(rawValue: "never-happened")
    public static let keep = BookingsAttendParamsResolution(rawValue: "keep")
    public static let acceptCost = BookingsAttendParamsResolution(rawValue: "accept-cost")
    public static let settled = BookingsAttendParamsResolution(rawValue: "settled")
}

public struct BookingsAttendParams: Codable, Hashable, Sendable {
    public var id: String
    /// `found`: the supplier has it. `never-happened`: supplier or provider surely knows nothing of it. `keep`: what stands is kept, the rest given up. `accept-cost`: everything is taken back, whatever that costs. `settled`: put right outside; compare again.
    public var resolution: BookingsAttendParamsResolution
    /// Number of the item, where several are in doubt.
    public var item: Int?
    /// Of `found`: what the supplier calls it.
    public var supplierReference: String?
    /// Why, for the record.
    public var note: String
    public var idempotencyKey: String

    public init(id: String, resolution: BookingsAttendParamsResolution, item: Int? = nil, supplierReference: String? = nil, note: String, idempotencyKey: String) {
        self.id = id
        self.resolution = resolution
        self.item = item
        self.supplierReference = supplierReference
        self.note = note
        self.idempotencyKey = idempotencyKey
    }
}

public struct BookingsAttendResult: Codable, Hashable, Sendable {
    public var booking: Booking

    public init(booking: Booking) {
        self.booking = booking
    }
}

public struct BookingsDocumentParamsKind: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let itinerary = BookingsDocumentParamsKind(rawValue: "itinerary")
    public static let calendar = BookingsDocumentParamsKind(rawValue: "calendar")
    public static let invoice = BookingsDocumentParamsKind(rawValue: "invoice")
}

public struct BookingsDocumentParams: Codable, Hashable, Sendable {
    public var id: String
    public var kind: BookingsDocumentParamsKind
    public var number: String?

    public init(id: String, kind: BookingsDocumentParamsKind, number: String? = nil) {
        self.id = id
        self.kind = kind
        self.number = number
    }
}

public struct BookingsDocumentResult: Codable, Hashable, Sendable {
    public var name: String
    public var mimeType: String
    public var data: String

    public init(name: String, mimeType: String, data: String) {
        self.name = name
        self.mimeType = mimeType
        self.data = data
    }
}

public struct BookingsGetParams: Codable, Hashable, Sendable {
    public var id: String

    public init(id: String) {
        self.id = id
    }
}

public struct BookingsGetResult: Codable, Hashable, Sendable {
    public var booking: Booking
    public var timeline: [[String: AnyCodable]]
    public var payments: [[String: AnyCodable]]
    public var documents: [[String: AnyCodable]]
    /// Messages to the customer about what the supplier did; those in the state `draft` wait for `bookings.release`.
    public var notices: [[String: AnyCodable]]?
    /// Lines of the double-entry ledger, oldest first.
    public var ledger: [[String: AnyCodable]]
    /// What the customer owes, one amount for each currency; negative when we do. Empty when nothing is open.
    public var balance: [Money]
    /// What is earned with it, one amount for each currency.
    public var margin: [Money]

    public init(booking: Booking, timeline: [[String: AnyCodable]], payments: [[String: AnyCodable]], documents: [[String: AnyCodable]], notices: [[String: AnyCodable]]? = nil, ledger: [[String: AnyCodable]], balance: [Money], margin: [Money]) {
        self.booking = booking
        self.timeline = timeline
        self.payments = payments
        self.documents = documents
        self.notices = notices
        self.ledger = ledger
        self.balance = balance
        self.margin = margin
    }
}

public struct BookingsInvoiceParamsBuyer: Codable, Hashable, Sendable {
    public var name: String
    public var address: [String]?
    public var taxId: String?
    public var email: String?

    public init(name: String, address: [String]? = nil, taxId: String? = nil, email: String? = nil) {
        self.name = name
        self.address = address
        self.taxId = taxId
        self.email = email
    }
}

public struct BookingsInvoiceParams: Codable, Hashable, Sendable {
    public var id: String
    public var buyer: BookingsInvoiceParamsBuyer?
    public var idempotencyKey: String

    public init(id: String, buyer: BookingsInvoiceParamsBuyer? = nil, idempotencyKey: String) {
        self.id = id
        self.buyer = buyer
        self.idempotencyKey = idempotencyKey
    }
}

public struct BookingsInvoiceResult: Codable, Hashable, Sendable {
    public var invoices: [[String: AnyCodable]]

    public init(invoices: [[String: AnyCodable]]) {
        self.invoices = invoices
    }
}

/// Without an id: over all bookings.
public struct BookingsLedgerParams: Codable, Hashable, Sendable {
    public var id: String?

    public init(id: String? = nil) {
        self.id = id
    }
}

public struct BookingsLedgerResultAccountsItem: Codable, Hashable, Sendable {
    public var account: String
    public var balance: Money

    public init(account: String, balance: Money) {
        self.account = account
        self.balance = balance
    }
}

public struct BookingsLedgerResult: Codable, Hashable, Sendable {
    public var accounts: [BookingsLedgerResultAccountsItem]
    /// Of one booking, oldest first.
    public var lines: [[String: AnyCodable]]?
    public var balance: [Money]
    public var margin: [Money]

    public init(accounts: [BookingsLedgerResultAccountsItem], lines: [[String: AnyCodable]]? = nil, balance: [Money], margin: [Money]) {
        self.accounts = accounts
        self.lines = lines
        self.balance = balance
        self.margin = margin
    }
}

public struct BookingsListParams: Codable, Hashable, Sendable {
    public var customerId: String?
    public var status: BookingStatus?
    public var from: String?
    public var to: String?
    public var query: String?
    /// Only those that a person should look at: they wait for one, or a message to their customer does.
    public var attention: Bool?
    public var limit: Int?
    public var cursor: String?

    public init(customerId: String? = nil, status: BookingStatus? = nil, from: String? = nil, to: String? = nil, query: String? = nil, attention: Bool? = nil, limit: Int? = nil, cursor: String? = nil) {
        self.customerId = customerId
        self.status = status
        self.from = from
        self.to = to
        self.query = query
        self.attention = attention
        self.limit = limit
        self.cursor = cursor
    }
}

public struct BookingsListResult: Codable, Hashable, Sendable {
    public var bookings: [Booking]
    public var nextCursor: String?

    public init(bookings: [Booking], nextCursor: String? = nil) {
        self.bookings = bookings
        self.nextCursor = nextCursor
    }
}

public struct BookingsReconcileParams: Codable, Hashable, Sendable {
    public var id: String

    public init(id: String) {
        self.id = id
    }
}

public struct BookingsReconcileResult: Codable, Hashable, Sendable {
    public var booking: Booking

    public init(booking: Booking) {
        self.booking = booking
    }
}

public struct BookingsReleaseParams: Codable, Hashable, Sendable {
    public var id: String
    public var text: String?
    public var idempotencyKey: String

    public init(id: String, text: String? = nil, idempotencyKey: String) {
        self.id = id
        self.text = text
        self.idempotencyKey = idempotencyKey
    }
}

public struct BookingsReleaseResult: Codable, Hashable, Sendable {
    public var notice: [String: AnyCodable]

    public init(notice: [String: AnyCodable]) {
        self.notice = notice
    }
}

public struct BookingsShareParamsKind: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let itinerary = BookingsShareParamsKind(rawValue: "itinerary")
    public static let calendar = BookingsShareParamsKind(rawValue: "calendar")
    public static let invoice = BookingsShareParamsKind(rawValue: "invoice")
}

public struct BookingsShareParams: Codable, Hashable, Sendable {
    public var id: String
    public var kind: BookingsShareParamsKind
    public var number: String?
    public var days: Int?
    public var idempotencyKey: String

    public init(id: String, kind: BookingsShareParamsKind, number: String? = nil, days: Int? = nil, idempotencyKey: String) {
        self.id = id
        self.kind = kind
        self.number = number
        self.days = days
        self.idempotencyKey = idempotencyKey
    }
}

public struct BookingsShareResult: Codable, Hashable, Sendable {
    public var url: String
    public var expiresAt: String

    public init(url: String, expiresAt: String) {
        self.url = url
        self.expiresAt = expiresAt
    }
}

public struct ButtonStyle: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let primary = ButtonStyle(rawValue: "primary")
    public static let danger = ButtonStyle(rawValue: "danger")
    public static let plain = ButtonStyle(rawValue: "plain")
}

public struct Button: Codable, Hashable, Sendable {
    public var label: String
    public var text: String
    public var action: MessageAction?
    public var style: ButtonStyle?

    public init(label: String, text: String, action: MessageAction? = nil, style: ButtonStyle? = nil) {
        self.label = label
        self.text = text
        self.action = action
        self.style = style
    }
}

/// Structured content beside the text. Channels without cards render it as text (`renderText` in `@travelagent/channel-kit`).
public typealias Card = AnyCodable

public struct ChannelLoginStepState: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let scan = ChannelLoginStepState(rawValue: "scan")
    public static let type = ChannelLoginStepState(rawValue: "type")
    public static let waiting = ChannelLoginStepState(rawValue: "waiting")
    public static let connected = ChannelLoginStepState(rawValue: "connected")
    public static let failed = ChannelLoginStepState(rawValue: "failed")
}

/// Where a login stands. `scan`: show `qr` as a picture. `type`: the code is typed on the phone. Times in milliseconds since the epoch.
public struct ChannelLoginStep: Codable, Hashable, Sendable {
    public var state: ChannelLoginStepState
    public var qr: String?
    public var code: String?
    public var expiresAt: Double?
    /// As whom, once it is connected.
    public var `as`: String?
    public var reason: String?

    public init(state: ChannelLoginStepState, qr: String? = nil, code: String? = nil, expiresAt: Double? = nil, `as`: String? = nil, reason: String? = nil) {
        self.state = state
        self.qr = qr
        self.code = code
        self.expiresAt = expiresAt
        self.`as` = `as`
        self.reason = reason
    }
}

/// Somebody who wrote on a channel that lets people in by code, and waits. Times are ISO 8601 in UTC.
public struct ChannelPairingRequest: Codable, Hashable, Sendable {
    public var channel: String
    public var accountId: String
    /// On the platform.
    public var id: String
    /// What the person was told, and tells whoever lets them in.
    public var code: String
    /// As the platform calls the person.
    public var name: String?
    public var createdAt: String
    public var lastSeenAt: String
    public var expiresAt: String

    public init(channel: String, accountId: String, id: String, code: String, name: String? = nil, createdAt: String, lastSeenAt: String, expiresAt: String) {
        self.channel = channel
        self.accountId = accountId
        self.id = id
        self.code = code
        self.name = name
        self.createdAt = createdAt
        self.lastSeenAt = lastSeenAt
        self.expiresAt = expiresAt
    }
}

public struct ChannelsLoginStartParams: Codable, Hashable, Sendable {
    public var channel: String
    public var accountId: String?
    public var phone: String?
    public var timeoutMs: Int?

    public init(channel: String, accountId: String? = nil, phone: String? = nil, timeoutMs: Int? = nil) {
        self.channel = channel
        self.accountId = accountId
        self.phone = phone
        self.timeoutMs = timeoutMs
    }
}

public struct ChannelsLoginStartResult: Codable, Hashable, Sendable {
    public var channel: String
    public var accountId: String
    public var step: ChannelLoginStep

    public init(channel: String, accountId: String, step: ChannelLoginStep) {
        self.channel = channel
        self.accountId = accountId
        self.step = step
    }
}

public struct ChannelsLoginWaitParams: Codable, Hashable, Sendable {
    public var channel: String
    public var accountId: String?
    public var timeoutMs: Int?

    public init(channel: String, accountId: String? = nil, timeoutMs: Int? = nil) {
        self.channel = channel
        self.accountId = accountId
        self.timeoutMs = timeoutMs
    }
}

public struct ChannelsLoginWaitResult: Codable, Hashable, Sendable {
    public var channel: String
    public var accountId: String
    public var step: ChannelLoginStep

    public init(channel: String, accountId: String, step: ChannelLoginStep) {
        self.channel = channel
        self.accountId = accountId
        self.step = step
    }
}

public struct ChannelsLogoutParams: Codable, Hashable, Sendable {
    public var channel: String
    public var accountId: String?

    public init(channel: String, accountId: String? = nil) {
        self.channel = channel
        self.accountId = accountId
    }
}

public struct ChannelsLogoutResult: Codable, Hashable, Sendable {
    public var channel: String
    public var accountId: String
    public var cleared: Bool
    public var loggedOut: Bool

    public init(channel: String, accountId: String, cleared: Bool, loggedOut: Bool) {
        self.channel = channel
        self.accountId = accountId
        self.cleared = cleared
        self.loggedOut = loggedOut
    }
}

public struct ChannelsPairingApproveParams: Codable, Hashable, Sendable {
    public var channel: String
    public var accountId: String?
    public var code: String
    public var notify: Bool?

    public init(channel: String, accountId: String? = nil, code: String, notify: Bool? = nil) {
        self.channel = channel
        self.accountId = accountId
        self.code = code
        self.notify = notify
    }
}

public struct ChannelsPairingApproveResult: Codable, Hashable, Sendable {
    public var request: ChannelPairingRequest

    public init(request: ChannelPairingRequest) {
        self.request = request
    }
}

public struct ChannelsPairingListParams: Codable, Hashable, Sendable {
    public var channel: String?
    public var accountId: String?

    public init(channel: String? = nil, accountId: String? = nil) {
        self.channel = channel
        self.accountId = accountId
    }
}

public struct ChannelsPairingListResultAllowedItem: Codable, Hashable, Sendable {
    public var channel: String
    public var accountId: String
    public var id: String

    public init(channel: String, accountId: String, id: String) {
        self.channel = channel
        self.accountId = accountId
        self.id = id
    }
}

public struct ChannelsPairingListResult: Codable, Hashable, Sendable {
    public var requests: [ChannelPairingRequest]
    public var allowed: [ChannelsPairingListResultAllowedItem]

    public init(requests: [ChannelPairingRequest], allowed: [ChannelsPairingListResultAllowedItem]) {
        self.requests = requests
        self.allowed = allowed
    }
}

public struct ChannelsPairingRejectParams: Codable, Hashable, Sendable {
    public var channel: String
    public var accountId: String?
    public var code: String

    public init(channel: String, accountId: String? = nil, code: String) {
        self.channel = channel
        self.accountId = accountId
        self.code = code
    }
}

public struct ChannelsPairingRejectResult: Codable, Hashable, Sendable {
    public var request: ChannelPairingRequest

    public init(request: ChannelPairingRequest) {
        self.request = request
    }
}

public struct ChannelsPairingResolvedEventDecision: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let approved = ChannelsPairingResolvedEventDecision(rawValue: "approved")
    public static let rejected = ChannelsPairingResolvedEventDecision(rawValue: "rejected")
}

public struct ChannelsPairingResolvedEvent: Codable, Hashable, Sendable {
    public var channel: String
    public var accountId: String
    public var id: String
    public var decision: ChannelsPairingResolvedEventDecision
    public var ts: Int

    public init(channel: String, accountId: String, id: String, decision: ChannelsPairingResolvedEventDecision, ts: Int) {
        self.channel = channel
        self.accountId = accountId
        self.id = id
        self.decision = decision
        self.ts = ts
    }
}

public struct ChannelsRestartParams: Codable, Hashable, Sendable {
    public var channel: String
    public var accountId: String?

    public init(channel: String, accountId: String? = nil) {
        self.channel = channel
        self.accountId = accountId
    }
}

public struct ChannelsRestartResult: Codable, Hashable, Sendable {
    public var ok: Bool
    public var channel: String
    public var accountId: String

    public init(ok: Bool, channel: String, accountId: String) {
        self.ok = ok
        self.channel = channel
        self.accountId = accountId
    }
}

public struct ChannelsStatusParams: Codable, Hashable, Sendable {
    public var probe: Bool?
    public var timeoutMs: Int?
    public var channel: String?

    public init(probe: Bool? = nil, timeoutMs: Int? = nil, channel: String? = nil) {
        self.probe = probe
        self.timeoutMs = timeoutMs
        self.channel = channel
    }
}

public struct ChannelsStatusResultChannelAccountsValueItem: Codable, Hashable, Sendable {
    public var accountId: String

    public init(accountId: String) {
        self.accountId = accountId
    }
}

public struct ChannelsStatusResult: Codable, Hashable, Sendable {
    public var ts: Double
    public var channelOrder: [String]
    public var channelLabels: [String: String]
    public var channels: [String: AnyCodable]
    public var channelAccounts: [String: [ChannelsStatusResultChannelAccountsValueItem]]
    public var channelDefaultAccountId: [String: String]

    public init(ts: Double, channelOrder: [String], channelLabels: [String: String], channels: [String: AnyCodable], channelAccounts: [String: [ChannelsStatusResultChannelAccountsValueItem]], channelDefaultAccountId: [String: String]) {
        self.ts = ts
        self.channelOrder = channelOrder
        self.channelLabels = channelLabels
        self.channels = channels
        self.channelAccounts = channelAccounts
        self.channelDefaultAccountId = channelDefaultAccountId
    }
}

public struct ChatAbortParams: Codable, Hashable, Sendable {
    public var sessionKey: String
    public var agentId: String?
    public var runId: String?
    public var preserveSideRuns: Bool?

    public init(sessionKey: String, agentId: String? = nil, runId: String? = nil, preserveSideRuns: Bool? = nil) {
        self.sessionKey = sessionKey
        self.agentId = agentId
        self.runId = runId
        self.preserveSideRuns = preserveSideRuns
    }
}

public struct ChatAbortResult: Codable, Hashable, Sendable {
    public var ok: Bool
    public var aborted: Bool
    public var runIds: [String]

    public init(ok: Bool, aborted: Bool, runIds: [String]) {
        self.ok = ok
        self.aborted = aborted
        self.runIds = runIds
    }
}

public struct ChatEventState: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let delta = ChatEventState(rawValue: "delta")
    public static let final = ChatEventState(rawValue: "final")
    public static let aborted = ChatEventState(rawValue: "aborted")
    public static let error = ChatEventState(rawValue: "error")
    public static let user = ChatEventState(rawValue: "user")
}

public struct ChatEvent: Codable, Hashable, Sendable {
    public var runId: String
    public var sessionKey: String
    public var seq: Int
    public var state: ChatEventState
    public var deltaText: String?
    public var message: ChatMessage?
    public var errorMessage: String?

    public init(runId: String, sessionKey: String, seq: Int, state: ChatEventState, deltaText: String? = nil, message: ChatMessage? = nil, errorMessage: String? = nil) {
        self.runId = runId
        self.sessionKey = sessionKey
        self.seq = seq
        self.state = state
        self.deltaText = deltaText
        self.message = message
        self.errorMessage = errorMessage
    }
}

public struct ChatHistoryParams: Codable, Hashable, Sendable {
    public var sessionKey: String
    public var agentId: String?
    public var sessionId: String?
    public var limit: Int?
    /// Messages to leave out at the end, to read what is before them.
    public var offset: Int?
    /// Longest text of one message.
    public var maxChars: Int?

    public init(sessionKey: String, agentId: String? = nil, sessionId: String? = nil, limit: Int? = nil, offset: Int? = nil, maxChars: Int? = nil) {
        self.sessionKey = sessionKey
        self.agentId = agentId
        self.sessionId = sessionId
        self.limit = limit
        self.offset = offset
        self.maxChars = maxChars
    }
}

public struct ChatHistoryResult: Codable, Hashable, Sendable {
    public var sessionKey: String
    public var sessionId: String?
    public var messages: [ChatMessage]

    public init(sessionKey: String, sessionId: String? = nil, messages: [ChatMessage]) {
        self.sessionKey = sessionKey
        self.sessionId = sessionId
        self.messages = messages
    }
}

public struct ChatInjectParams: Codable, Hashable, Sendable {
    public var sessionKey: String
    public var agentId: String?
    public var message: String
    public var label: String?

    public init(sessionKey: String, agentId: String? = nil, message: String, label: String? = nil) {
        self.sessionKey = sessionKey
        self.agentId = agentId
        self.message = message
        self.label = label
    }
}

public struct ChatInjectResult: Codable, Hashable, Sendable {
    public var ok: Bool
    public var messageId: String

    public init(ok: Bool, messageId: String) {
        self.ok = ok
        self.messageId = messageId
    }
}

public struct ChatMessage: Codable, Hashable, Sendable {
    public var role: String
    public var content: AnyCodable
    public var timestamp: Double
    public var cards: [Card]?
    public var attachments: [Attachment]?
    public var author: String?
    public var messageId: String?

    public init(role: String, content: AnyCodable, timestamp: Double, cards: [Card]? = nil, attachments: [Attachment]? = nil, author: String? = nil, messageId: String? = nil) {
        self.role = role
        self.content = content
        self.timestamp = timestamp
        self.cards = cards
        self.attachments = attachments
        self.author = author
        self.messageId = messageId
    }
}

public struct ChatSendParams: Codable, Hashable, Sendable {
    public var sessionKey: String
    public var agentId: String?
    /// Where the client believes to be; a session that was reset meanwhile is written to all the same.
    public var sessionId: String?
    public var message: String
    public var action: MessageAction?
    public var thinking: String?
    public var fastMode: AnyCodable?
    public var deliver: Bool?
    public var attachments: [AnyCodable]?
    public var timeoutMs: Int?
    public var idempotencyKey: String

    public init(sessionKey: String, agentId: String? = nil, sessionId: String? = nil, message: String, action: MessageAction? = nil, thinking: String? = nil, fastMode: AnyCodable? = nil, deliver: Bool? = nil, attachments: [AnyCodable]? = nil, timeoutMs: Int? = nil, idempotencyKey: String) {
        self.sessionKey = sessionKey
        self.agentId = agentId
        self.sessionId = sessionId
        self.message = message
        self.action = action
        self.thinking = thinking
        self.fastMode = fastMode
        self.deliver = deliver
        self.attachments = attachments
        self.timeoutMs = timeoutMs
        self.idempotencyKey = idempotencyKey
    }
}

public struct ChatSendResult: Codable, Hashable, Sendable {
    public var runId: String
    public var status: String

    public init(runId: String, status: String) {
        self.runId = runId
        self.status = status
    }
}

public struct CommandsListParamsScope: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let text = CommandsListParamsScope(rawValue: "text")
    public static let native = CommandsListParamsScope(rawValue: "native")
    public static let both = CommandsListParamsScope(rawValue: "both")
}

public struct CommandsListParams: Codable, Hashable, Sendable {
    public var sessionKey: String?
    public var agentId: String?
    public var provider: String?
    public var scope: CommandsListParamsScope?
    public var includeArgs: Bool?

    public init(sessionKey: String? = nil, agentId: String? = nil, provider: String? = nil, scope: CommandsListParamsScope? = nil, includeArgs: Bool? = nil) {
        self.sessionKey = sessionKey
        self.agentId = agentId
        self.provider = provider
        self.scope = scope
        self.includeArgs = includeArgs
    }
}

public struct CommandsListResult: Codable, Hashable, Sendable {
    public var commands: [[String: AnyCodable]]

    public init(commands: [[String: AnyCodable]]) {
        self.commands = commands
    }
}

public struct ConfigApplyParams: Codable, Hashable, Sendable {
    public var raw: String
    public var baseHash: String?
    public var note: String?
    public var sessionKey: String?
    public var restartDelayMs: Int?

    public init(raw: String, baseHash: String? = nil, note: String? = nil, sessionKey: String? = nil, restartDelayMs: Int? = nil) {
        self.raw = raw
        self.baseHash = baseHash
        self.note = note
        self.sessionKey = sessionKey
        self.restartDelayMs = restartDelayMs
    }
}

public struct ConfigApplyResultReload: Codable, Hashable, Sendable {
    public var mode: String
    public var changedPaths: [String]
    public var live: [String]

    public init(mode: String, changedPaths: [String], live: [String]) {
        self.mode = mode
        self.changedPaths = changedPaths
        self.live = live
    }
}

public struct ConfigApplyResultRestart: Codable, Hashable, Sendable {
    public var needed: Bool
    public var automatic: Bool
    public var reasons: [String]

    public init(needed: Bool, automatic: Bool, reasons: [String]) {
        self.needed = needed
        self.automatic = automatic
        self.reasons = reasons
    }
}

public struct ConfigApplyResult: Codable, Hashable, Sendable {
    public var ok: Bool
    public var path: String
    public var config: AnyCodable
    public var hash: String
    public var reload: ConfigApplyResultReload
    public var restart: ConfigApplyResultRestart

    public init(ok: Bool, path: String, config: AnyCodable, hash: String, reload: ConfigApplyResultReload, restart: ConfigApplyResultRestart) {
        self.ok = ok
        self.path = path
        self.config = config
        self.hash = hash
        self.reload = reload
        self.restart = restart
    }
}

public struct ConfigChangedEventRestart: Codable, Hashable, Sendable {
    public var needed: Bool
    public var reasons: [String]

    public init(needed: Bool, reasons: [String]) {
        self.needed = needed
        self.reasons = reasons
    }
}

public struct ConfigChangedEvent: Codable, Hashable, Sendable {
    public var hash: String
    public var changedPaths: [String]
    public var restart: ConfigChangedEventRestart

    public init(hash: String, changedPaths: [String], restart: ConfigChangedEventRestart) {
        self.hash = hash
        self.changedPaths = changedPaths
        self.restart = restart
    }
}

public struct ConfigGetParams: Codable, Hashable, Sendable {
    public init() {}
}

public struct ConfigGetResult: Codable, Hashable, Sendable {
    public var path: String
    public var exists: Bool
    public var raw: String?
    public var valid: Bool
    public var hash: String
    public var issues: [AnyCodable]

    public init(path: String, exists: Bool, raw: String? = nil, valid: Bool, hash: String, issues: [AnyCodable]) {
        self.path = path
        self.exists = exists
        self.raw = raw
        self.valid = valid
        self.hash = hash
        self.issues = issues
    }
}

public struct ConfigPatchParams: Codable, Hashable, Sendable {
    public var raw: String
    public var baseHash: String?
    public var note: String?
    public var sessionKey: String?
    public var restartDelayMs: Int?

    public init(raw: String, baseHash: String? = nil, note: String? = nil, sessionKey: String? = nil, restartDelayMs: Int? = nil) {
        self.raw = raw
        self.baseHash = baseHash
        self.note = note
        self.sessionKey = sessionKey
        self.restartDelayMs = restartDelayMs
    }
}

public struct ConfigPatchResultReload: Codable, Hashable, Sendable {
    public var mode: String
    public var changedPaths: [String]
    public var live: [String]

    public init(mode: String, changedPaths: [String], live: [String]) {
        self.mode = mode
        self.changedPaths = changedPaths
        self.live = live
    }
}

public struct ConfigPatchResultRestart: Codable, Hashable, Sendable {
    public var needed: Bool
    public var automatic: Bool
    public var reasons: [String]

    public init(needed: Bool, automatic: Bool, reasons: [String]) {
        self.needed = needed
        self.automatic = automatic
        self.reasons = reasons
    }
}

public struct ConfigPatchResult: Codable, Hashable, Sendable {
    public var ok: Bool
    public var path: String
    public var config: AnyCodable
    public var hash: String
    public var reload: ConfigPatchResultReload
    public var restart: ConfigPatchResultRestart

    public init(ok: Bool, path: String, config: AnyCodable, hash: String, reload: ConfigPatchResultReload, restart: ConfigPatchResultRestart) {
        self.ok = ok
        self.path = path
        self.config = config
        self.hash = hash
        self.reload = reload
        self.restart = restart
    }
}

public struct ConfigSchemaLookupParams: Codable, Hashable, Sendable {
    public var path: String

    public init(path: String) {
        self.path = path
    }
}

public struct ConfigSchemaLookupResult: Codable, Hashable, Sendable {
    public var path: String
    public var schema: AnyCodable
    public var children: [AnyCodable]

    public init(path: String, schema: AnyCodable, children: [AnyCodable]) {
        self.path = path
        self.schema = schema
        self.children = children
    }
}

public struct ConfigSchemaParams: Codable, Hashable, Sendable {
    public init() {}
}

public struct ConfigSchemaResult: Codable, Hashable, Sendable {
    public var schema: AnyCodable
    public var uiHints: [String: AnyCodable]
    public var version: String
    public var generatedAt: String

    public init(schema: AnyCodable, uiHints: [String: AnyCodable], version: String, generatedAt: String) {
        self.schema = schema
        self.uiHints = uiHints
        self.version = version
        self.generatedAt = generatedAt
    }
}

public struct ConfigSetParams: Codable, Hashable, Sendable {
    public var raw: String
    public var baseHash: String?

    public init(raw: String, baseHash: String? = nil) {
        self.raw = raw
        self.baseHash = baseHash
    }
}

public struct ConfigSetResultReload: Codable, Hashable, Sendable {
    public var mode: String
    public var changedPaths: [String]
    public var live: [String]

    public init(mode: String, changedPaths: [String], live: [String]) {
        self.mode = mode
        self.changedPaths = changedPaths
        self.live = live
    }
}

public struct ConfigSetResultRestart: Codable, Hashable, Sendable {
    public var needed: Bool
    public var automatic: Bool
    public var reasons: [String]

    public init(needed: Bool, automatic: Bool, reasons: [String]) {
        self.needed = needed
        self.automatic = automatic
        self.reasons = reasons
    }
}

public struct ConfigSetResult: Codable, Hashable, Sendable {
    public var ok: Bool
    public var path: String
    public var config: AnyCodable
    public var hash: String
    public var reload: ConfigSetResultReload
    public var restart: ConfigSetResultRestart

    public init(ok: Bool, path: String, config: AnyCodable, hash: String, reload: ConfigSetResultReload, restart: ConfigSetResultRestart) {
        self.ok = ok
        self.path = path
        self.config = config
        self.hash = hash
        self.reload = reload
        self.restart = restart
    }
}

public struct ConnectChallengeEvent: Codable, Hashable, Sendable {
    public var nonce: String
    public var ts: Int

    public init(nonce: String, ts: Int) {
        self.nonce = nonce
        self.ts = ts
    }
}

public struct ConnectParamsClientId: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let webchatUi = ConnectParamsClientId(rawValue: "webchat-ui")
    public static let openclawControlUi = ConnectParamsClientId(rawValue: "openclaw-control-ui")
    public static let webchat = ConnectParamsClientId(rawValue: "webchat")
    public static let cli = ConnectParamsClientId(rawValue: "cli")
    public static let gatewayClient = ConnectParamsClientId(rawValue: "gateway-client")
    public static let openclawMacos = ConnectParamsClientId(rawValue: "openclaw-macos")
    public static let openclawIos = ConnectParamsClientId(rawValue: "openclaw-ios")
    public static let openclawAndroid = ConnectParamsClientId(rawValue: "openclaw-android")
    public static let nodeHost = ConnectParamsClientId(rawValue: "node-host")
    public static let test = ConnectParamsClientId(rawValue: "test")
    public static let fingerprint = ConnectParamsClientId(rawValue: "fingerprint")
    public static let openclawProbe = ConnectParamsClientId(rawValue: "openclaw-probe")
    public static let openclawBrowserCopilot = ConnectParamsClientId(rawValue: "openclaw-browser-copilot")
    public static let openclawTui = ConnectParamsClientId(rawValue: "openclaw-tui")
    public static let openclawLinux = ConnectParamsClientId(rawValue: "openclaw-linux")
    public static let openclawWatchos = ConnectParamsClientId(rawValue: "openclaw-watchos")
    public static let openclawWorker = ConnectParamsClientId(rawValue: "openclaw-worker")
}

public struct ConnectParamsClientMode: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let webchat = ConnectParamsClientMode(rawValue: "webchat")
    public static let portal = ConnectParamsClientMode(rawValue: "portal")
    public static let cli = ConnectParamsClientMode(rawValue: "cli")
    public static let ui = ConnectParamsClientMode(rawValue: "ui")
    public static let backend = ConnectParamsClientMode(rawValue: "backend")
    public static let node = ConnectParamsClientMode(rawValue: "node")
    public static let probe = ConnectParamsClientMode(rawValue: "probe")
    public static let test = ConnectParamsClientMode(rawValue: "test")
    public static let worker = ConnectParamsClientMode(rawValue: "worker")
}

public struct ConnectParamsClient: Codable, Hashable, Sendable {
    public var id: ConnectParamsClientId
    public var displayName: String?
    public var version: String
    public var platform: String
    public var deviceFamily: String?
    public var modelIdentifier: String?
    public var mode: ConnectParamsClientMode
    public var instanceId: String?
    public var buildId: String?
    public var timeZone: String?

    public init(id: ConnectParamsClientId, displayName: String? = nil, version: String, platform: String, deviceFamily: String? = nil, modelIdentifier: String? = nil, mode: ConnectParamsClientMode, instanceId: String? = nil, buildId: String? = nil, timeZone: String? = nil) {
        self.id = id
        self.displayName = displayName
        self.version = version
        self.platform = platform
        self.deviceFamily = deviceFamily
        self.modelIdentifier = modelIdentifier
        self.mode = mode
        self.instanceId = instanceId
        self.buildId = buildId
        self.timeZone = timeZone
    }
}

public struct ConnectParamsDevice: Codable, Hashable, Sendable {
    public var id: String
    public var publicKey: String
    public var signature: String
    public var signedAt: Int
    public var nonce: String?

    public init(id: String, publicKey: String, signature: String, signedAt: Int, nonce: String? = nil) {
        self.id = id
        self.publicKey = publicKey
        self.signature = signature
        self.signedAt = signedAt
        self.nonce = nonce
    }
}

public struct ConnectParamsAuth: Codable, Hashable, Sendable {
    public var token: String?
    public var password: String?
    public var deviceToken: String?
    public var bootstrapToken: String?

    public init(token: String? = nil, password: String? = nil, deviceToken: String? = nil, bootstrapToken: String? = nil) {
        self.token = token
        self.password = password
        self.deviceToken = deviceToken
        self.bootstrapToken = bootstrapToken
    }
}

public struct ConnectParams: Codable, Hashable, Sendable {
    public var minProtocol: Int
    public var maxProtocol: Int
    public var client: ConnectParamsClient
    public var caps: [String]?
    public var commands: [String]?
    public var permissions: [String: Bool]?
    public var pathEnv: String?
    /// One of `connectionRoles`; default `operator`. A visitor is known by the cookie the page set, a node by its device.
    public var role: String?
    public var scopes: [String]?
    public var device: ConnectParamsDevice?
    public var auth: ConnectParamsAuth?
    public var locale: String?
    public var userAgent: String?
    /// IANA zone of the person in front of the client.
    public var timeZone: String?

    public init(minProtocol: Int, maxProtocol: Int, client: ConnectParamsClient, caps: [String]? = nil, commands: [String]? = nil, permissions: [String: Bool]? = nil, pathEnv: String? = nil, role: String? = nil, scopes: [String]? = nil, device: ConnectParamsDevice? = nil, auth: ConnectParamsAuth? = nil, locale: String? = nil, userAgent: String? = nil, timeZone: String? = nil) {
        self.minProtocol = minProtocol
        self.maxProtocol = maxProtocol
        self.client = client
        self.caps = caps
        self.commands = commands
        self.permissions = permissions
        self.pathEnv = pathEnv
        self.role = role
        self.scopes = scopes
        self.device = device
        self.auth = auth
        self.locale = locale
        self.userAgent = userAgent
        self.timeZone = timeZone
    }
}

public struct ConsentEntryKind: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let consent = ConsentEntryKind(rawValue: "consent")
    public static let withdrawal = ConsentEntryKind(rawValue: "withdrawal")
}

/// `message`: the person's own. `confirmation`: a yes to exactly this text. `form`, `operator`, `import`: as somebody of the agency recorded it.
public struct ConsentEntryProofHow: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let message = ConsentEntryProofHow(rawValue: "message")
    public static let confirmation = ConsentEntryProofHow(rawValue: "confirmation")
    public static let form = ConsentEntryProofHow(rawValue: "form")
    public static let `operator` = ConsentEntryProofHow(rawValue: "operator")
    public static let `import` = ConsentEntryProofHow(rawValue: "import")
}

public struct ConsentEntryProof: Codable, Hashable, Sendable {
    /// `message`: the person's own. `confirmation`: a yes to exactly this text. `form`, `operator`, `import`: as somebody of the agency recorded it.
    public var how: ConsentEntryProofHow
    /// What the person was shown or wrote.
    public var text: String?
    /// SHA-256 of the text, hex: which version of it.
    public var textHash: String?
    public var messageId: String?
    public var `operator`: String?
    public var locale: String?

    public init(how: ConsentEntryProofHow, text: String? = nil, textHash: String? = nil, messageId: String? = nil, `operator`: String? = nil, locale: String? = nil) {
        self.how = how
        self.text = text
        self.textHash = textHash
        self.messageId = messageId
        self.`operator` = `operator`
        self.locale = locale
    }
}

/// One line of the ledger of consents. Nothing in it is ever changed: a newer line counts.
public struct ConsentEntry: Codable, Hashable, Sendable {
    public var id: String
    public var kind: ConsentEntryKind
    /// A channel, or `*` for all.
    public var channel: String
    /// A purpose, or `*` for whatever goes out on the channel.
    public var purpose: AnyCodable
    public var agency: String
    public var customerId: String?
    /// On that channel. Absent when only a hash of it is kept.
    public var peerId: String?
    public var proof: ConsentEntryProof
    /// When the person said so.
    public var at: String
    public var recordedAt: String

    public init(id: String, kind: ConsentEntryKind, channel: String, purpose: AnyCodable, agency: String, customerId: String? = nil, peerId: String? = nil, proof: ConsentEntryProof, at: String, recordedAt: String) {
        self.id = id
        self.kind = kind
        self.channel = channel
        self.purpose = purpose
        self.agency = agency
        self.customerId = customerId
        self.peerId = peerId
        self.proof = proof
        self.at = at
        self.recordedAt = recordedAt
    }
}

public struct ConsentsCheckParams: Codable, Hashable, Sendable {
    public var customerId: String?
    public var channel: String
    public var peerId: String?
    public var agency: String?
    public var purpose: ContactPurpose

    public init(customerId: String? = nil, channel: String, peerId: String? = nil, agency: String? = nil, purpose: ContactPurpose) {
        self.customerId = customerId
        self.channel = channel
        self.peerId = peerId
        self.agency = agency
        self.purpose = purpose
    }
}

public struct ConsentsCheckResult: Codable, Hashable, Sendable {
    public var allowed: Bool
    public var code: String?
    public var reason: String?
    public var basis: String?

    public init(allowed: Bool, code: String? = nil, reason: String? = nil, basis: String? = nil) {
        self.allowed = allowed
        self.code = code
        self.reason = reason
        self.basis = basis
    }
}

public struct ConsentsListParams: Codable, Hashable, Sendable {
    public var customerId: String?
    public var channel: String?
    public var peerId: String?
    public var agency: String?
    public var sessionKey: String?
    public var limit: Int?
    public var cursor: String?

    public init(customerId: String? = nil, channel: String? = nil, peerId: String? = nil, agency: String? = nil, sessionKey: String? = nil, limit: Int? = nil, cursor: String? = nil) {
        self.customerId = customerId
        self.channel = channel
        self.peerId = peerId
        self.agency = agency
        self.sessionKey = sessionKey
        self.limit = limit
        self.cursor = cursor
    }
}

public struct ConsentsListResultCurrentItemState: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let consent = ConsentsListResultCurrentItemState(rawValue: "consent")
    public static let withdrawn = ConsentsListResultCurrentItemState(rawValue: "withdrawn")
}

public struct ConsentsListResultCurrentItem: Codable, Hashable, Sendable {
    public var channel: String
    public var purpose: AnyCodable
    public var state: ConsentsListResultCurrentItemState
    public var since: String

    public init(channel: String, purpose: AnyCodable, state: ConsentsListResultCurrentItemState, since: String) {
        self.channel = channel
        self.purpose = purpose
        self.state = state
        self.since = since
    }
}

public struct ConsentsListResult: Codable, Hashable, Sendable {
    public var entries: [ConsentEntry]
    /// What counts now, of one person; absent when nobody is named.
    public var current: [ConsentsListResultCurrentItem]?
    public var disclosures: [DisclosureEntry]
    public var nextCursor: String?

    public init(entries: [ConsentEntry], current: [ConsentsListResultCurrentItem]? = nil, disclosures: [DisclosureEntry], nextCursor: String? = nil) {
        self.entries = entries
        self.current = current
        self.disclosures = disclosures
        self.nextCursor = nextCursor
    }
}

public struct ConsentsRecordParamsHow: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let form = ConsentsRecordParamsHow(rawValue: "form")
    public static let `operator` = ConsentsRecordParamsHow(rawValue: "operator")
    public static let `import` = ConsentsRecordParamsHow(rawValue: "import")
}

public struct ConsentsRecordParams: Codable, Hashable, Sendable {
    public var customerId: String?
    public var channel: String
    public var peerId: String?
    public var agency: String?
    public var purpose: AnyCodable
    public var how: ConsentsRecordParamsHow?
    public var text: String
    public var messageId: String?
    public var locale: String?
    public var at: String?
    public var idempotencyKey: String

    public init(customerId: String? = nil, channel: String, peerId: String? = nil, agency: String? = nil, purpose: AnyCodable, how: ConsentsRecordParamsHow? = nil, text: String, messageId: String? = nil, locale: String? = nil, at: String? = nil, idempotencyKey: String) {
        self.customerId = customerId
        self.channel = channel
        self.peerId = peerId
        self.agency = agency
        self.purpose = purpose
        self.how = how
        self.text = text
        self.messageId = messageId
        self.locale = locale
        self.at = at
        self.idempotencyKey = idempotencyKey
    }
}

public struct ConsentsRecordResult: Codable, Hashable, Sendable {
    public var entry: ConsentEntry

    public init(entry: ConsentEntry) {
        self.entry = entry
    }
}

public struct ConsentsWithdrawParamsHow: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let form = ConsentsWithdrawParamsHow(rawValue: "form")
    public static let `operator` = ConsentsWithdrawParamsHow(rawValue: "operator")
    public static let `import` = ConsentsWithdrawParamsHow(rawValue: "import")
}

public struct ConsentsWithdrawParams: Codable, Hashable, Sendable {
    public var customerId: String?
    public var channel: String
    public var peerId: String?
    public var agency: String?
    public var purpose: AnyCodable
    public var how: ConsentsWithdrawParamsHow?
    public var text: String?
    public var messageId: String?
    public var locale: String?
    public var at: String?
    public var idempotencyKey: String

    public init(customerId: String? = nil, channel: String, peerId: String? = nil, agency: String? = nil, purpose: AnyCodable, how: ConsentsWithdrawParamsHow? = nil, text: String? = nil, messageId: String? = nil, locale: String? = nil, at: String? = nil, idempotencyKey: String) {
        self.customerId = customerId
        self.channel = channel
        self.peerId = peerId
        self.agency = agency
        self.purpose = purpose
        self.how = how
        self.text = text
        self.messageId = messageId
        self.locale = locale
        self.at = at
        self.idempotencyKey = idempotencyKey
    }
}

public struct ConsentsWithdrawResult: Codable, Hashable, Sendable {
    public var entry: ConsentEntry

    public init(entry: ConsentEntry) {
        self.entry = entry
    }
}

/// What somebody is written to for, or what is done with what is known of them. `service`: about their own request or booking. `ai-assistance`: a machine answers them.
public struct ContactPurpose: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let service = ContactPurpose(rawValue: "service")
    public static let marketing = ContactPurpose(rawValue: "marketing")
    public static let reminders = ContactPurpose(rawValue: "reminders")
    public static let profiling = ContactPurpose(rawValue: "profiling")
    public static let aiAssistance = ContactPurpose(rawValue: "ai-assistance")
}

/// `agent`: the agent answers. `needs-person`: handed over, nobody has taken it. `person`: somebody owns it.
public struct ConversationState: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let agent = ConversationState(rawValue: "agent")
    public static let needsPerson = ConversationState(rawValue: "needs-person")
    public static let person = ConversationState(rawValue: "person")
}

public struct ConversationAssignedBy: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let handoff = ConversationAssignedBy(rawValue: "handoff")
    public static let `operator` = ConversationAssignedBy(rawValue: "operator")
    public static let booking = ConversationAssignedBy(rawValue: "booking")
}

/// Why this agent answers, where it is not by bindings: handed over by `from`, given by an operator, or the customer quoted a booking.
public struct ConversationAssigned: Codable, Hashable, Sendable {
    public var by: ConversationAssignedBy
    public var from: String
    public var at: String
    public var reason: String?

    public init(by: ConversationAssignedBy, from: String, at: String, reason: String? = nil) {
        self.by = by
        self.from = from
        self.at = at
        self.reason = reason
    }
}

public struct ConversationDeliveryState: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let delivered = ConversationDeliveryState(rawValue: "delivered")
    public static let read = ConversationDeliveryState(rawValue: "read")
    public static let failed = ConversationDeliveryState(rawValue: "failed")
}

/// What the platform told of the newest message to the customer.
public struct ConversationDelivery: Codable, Hashable, Sendable {
    public var id: String
    public var state: ConversationDeliveryState
    public var at: String
    public var reason: String?
    public var code: String?

    public init(id: String, state: ConversationDeliveryState, at: String, reason: String? = nil, code: String? = nil) {
        self.id = id
        self.state = state
        self.at = at
        self.reason = reason
        self.code = code
    }
}

public struct ConversationAttentionReason: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let ownerIdle = ConversationAttentionReason(rawValue: "owner-idle")
    public static let deliveryFailed = ConversationAttentionReason(rawValue: "delivery-failed")
}

/// Somebody has to look: the owner lets the customer wait, or a message did not reach them.
public struct ConversationAttention: Codable, Hashable, Sendable {
    public var reason: ConversationAttentionReason
    public var since: String

    public init(reason: ConversationAttentionReason, since: String) {
        self.reason = reason
        self.since = since
    }
}

public struct Conversation: Codable, Hashable, Sendable {
    /// The session key: one conversation is one session.
    public var id: String
    public var channel: String
    public var agentId: String
    /// `agent`: the agent answers. `needs-person`: handed over, nobody has taken it. `person`: somebody owns it.
    public var state: ConversationState
    public var assignee: String?
    /// Why this agent answers, where it is not by bindings: handed over by `from`, given by an operator, or the customer quoted a booking.
    public var assigned: ConversationAssigned?
    public var customerId: String?
    public var displayName: String
    public var lastMessagePreview: String?
    public var lastMessageAt: String
    public var unanswered: Bool
    /// What the platform told of the newest message to the customer.
    public var delivery: ConversationDelivery?
    /// Somebody has to look: the owner lets the customer wait, or a message did not reach them.
    public var attention: ConversationAttention?

    public init(id: String, channel: String, agentId: String, state: ConversationState, assignee: String? = nil, assigned: ConversationAssigned? = nil, customerId: String? = nil, displayName: String, lastMessagePreview: String? = nil, lastMessageAt: String, unanswered: Bool, delivery: ConversationDelivery? = nil, attention: ConversationAttention? = nil) {
        self.id = id
        self.channel = channel
        self.agentId = agentId
        self.state = state
        self.assignee = assignee
        self.assigned = assigned
        self.customerId = customerId
        self.displayName = displayName
        self.lastMessagePreview = lastMessagePreview
        self.lastMessageAt = lastMessageAt
        self.unanswered = unanswered
        self.delivery = delivery
        self.attention = attention
    }
}

public struct ConversationEvent: Codable, Hashable, Sendable {
    public var conversation: Conversation

    public init(conversation: Conversation) {
        self.conversation = conversation
    }
}

public struct ConversationsAssignAgentParams: Codable, Hashable, Sendable {
    public var conversationId: String
    public var agentId: String?
    public var reason: String?
    public var idempotencyKey: String

    public init(conversationId: String, agentId: String? = nil, reason: String? = nil, idempotencyKey: String) {
        self.conversationId = conversationId
        self.agentId = agentId
        self.reason = reason
        self.idempotencyKey = idempotencyKey
    }
}

public struct ConversationsAssignAgentResult: Codable, Hashable, Sendable {
    public var conversation: Conversation

    public init(conversation: Conversation) {
        self.conversation = conversation
    }
}

public struct ConversationsHandBackParams: Codable, Hashable, Sendable {
    public var conversationId: String
    public var idempotencyKey: String

    public init(conversationId: String, idempotencyKey: String) {
        self.conversationId = conversationId
        self.idempotencyKey = idempotencyKey
    }
}

public struct ConversationsHandBackResult: Codable, Hashable, Sendable {
    public var conversation: Conversation

    public init(conversation: Conversation) {
        self.conversation = conversation
    }
}

public struct ConversationsListParamsState: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let agent = ConversationsListParamsState(rawValue: "agent")
    public static let needsPerson = ConversationsListParamsState(rawValue: "needs-person")
    public static let person = ConversationsListParamsState(rawValue: "person")
}

public struct ConversationsListParams: Codable, Hashable, Sendable {
    public var state: ConversationsListParamsState?
    public var assignee: String?
    public var channel: String?
    public var query: String?
    public var limit: Int?
    public var cursor: String?

    public init(state: ConversationsListParamsState? = nil, assignee: String? = nil, channel: String? = nil, query: String? = nil, limit: Int? = nil, cursor: String? = nil) {
        self.state = state
        self.assignee = assignee
        self.channel = channel
        self.query = query
        self.limit = limit
        self.cursor = cursor
    }
}

public struct ConversationsListResult: Codable, Hashable, Sendable {
    public var conversations: [Conversation]
    public var nextCursor: String?

    public init(conversations: [Conversation], nextCursor: String? = nil) {
        self.conversations = conversations
        self.nextCursor = nextCursor
    }
}

public struct ConversationsReplyParamsAttachmentsItem: Codable, Hashable, Sendable {
    public var id: String

    public init(id: String) {
        self.id = id
    }
}

public struct ConversationsReplyParams: Codable, Hashable, Sendable {
    public var conversationId: String
    public var message: String
    public var template: TemplateUse?
    /// Files of this conversation that were uploaded before (`POST /api/media/upload`). With them the words may be empty.
    public var attachments: [ConversationsReplyParamsAttachmentsItem]?
    public var idempotencyKey: String

    public init(conversationId: String, message: String, template: TemplateUse? = nil, attachments: [ConversationsReplyParamsAttachmentsItem]? = nil, idempotencyKey: String) {
        self.conversationId = conversationId
        self.message = message
        self.template = template
        self.attachments = attachments
        self.idempotencyKey = idempotencyKey
    }
}

public struct ConversationsReplyResult: Codable, Hashable, Sendable {
    public var messageId: String

    public init(messageId: String) {
        self.messageId = messageId
    }
}

public struct ConversationsTakeOverParams: Codable, Hashable, Sendable {
    public var conversationId: String
    public var assignee: String?
    public var idempotencyKey: String

    public init(conversationId: String, assignee: String? = nil, idempotencyKey: String) {
        self.conversationId = conversationId
        self.assignee = assignee
        self.idempotencyKey = idempotencyKey
    }
}

public struct ConversationsTakeOverResult: Codable, Hashable, Sendable {
    public var conversation: Conversation

    public init(conversation: Conversation) {
        self.conversation = conversation
    }
}

public struct CrmConflictsParamsState: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let `open` = CrmConflictsParamsState(rawValue: "open")
    public static let settled = CrmConflictsParamsState(rawValue: "settled")
    public static let resolved = CrmConflictsParamsState(rawValue: "resolved")
}

public struct CrmConflictsParams: Codable, Hashable, Sendable {
    public var state: CrmConflictsParamsState?
    public var limit: Int?
    public var cursor: String?

    public init(state: CrmConflictsParamsState? = nil, limit: Int? = nil, cursor: String? = nil) {
        self.state = state
        self.limit = limit
        self.cursor = cursor
    }
}

public struct CrmConflictsResultConflictsItemState: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let `open` = CrmConflictsResultConflictsItemState(rawValue: "open")
    public static let settled = CrmConflictsResultConflictsItemState(rawValue: "settled")
    public static let resolved = CrmConflictsResultConflictsItemState(rawValue: "resolved")
}

public struct CrmConflictsResultConflictsItem: Codable, Hashable, Sendable {
    public var id: String
    public var kind: String
    public var state: CrmConflictsResultConflictsItemState
    public var createdAt: String

    public init(id: String, kind: String, state: CrmConflictsResultConflictsItemState, createdAt: String) {
        self.id = id
        self.kind = kind
        self.state = state
        self.createdAt = createdAt
    }
}

public struct CrmConflictsResult: Codable, Hashable, Sendable {
    public var conflicts: [CrmConflictsResultConflictsItem]
    public var nextCursor: String?

    public init(conflicts: [CrmConflictsResultConflictsItem], nextCursor: String? = nil) {
        self.conflicts = conflicts
        self.nextCursor = nextCursor
    }
}

public struct CrmResolveParamsAction: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let ours = CrmResolveParamsAction(rawValue: "ours")
    public static let theirs = CrmResolveParamsAction(rawValue: "theirs")
    public static let link = CrmResolveParamsAction(rawValue: "link")
    public static let apart = CrmResolveParamsAction(rawValue: "apart")
    public static let recreate = CrmResolveParamsAction(rawValue: "recreate")
    public static let retry = CrmResolveParamsAction(rawValue: "retry")
    public static let dismiss = CrmResolveParamsAction(rawValue: "dismiss")
}

public struct CrmResolveParams: Codable, Hashable, Sendable {
    public var id: String
    public var action: CrmResolveParamsAction
    public var customerId: String?
    public var idempotencyKey: String

    public init(id: String, action: CrmResolveParamsAction, customerId: String? = nil, idempotencyKey: String) {
        self.id = id
        self.action = action
        self.customerId = customerId
        self.idempotencyKey = idempotencyKey
    }
}

public struct CrmResolveResultConflictState: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let `open` = CrmResolveResultConflictState(rawValue: "open")
    public static let settled = CrmResolveResultConflictState(rawValue: "settled")
    public static let resolved = CrmResolveResultConflictState(rawValue: "resolved")
}

public struct CrmResolveResultConflict: Codable, Hashable, Sendable {
    public var id: String
    public var kind: String
    public var state: CrmResolveResultConflictState
    public var createdAt: String

    public init(id: String, kind: String, state: CrmResolveResultConflictState, createdAt: String) {
        self.id = id
        self.kind = kind
        self.state = state
        self.createdAt = createdAt
    }
}

public struct CrmResolveResult: Codable, Hashable, Sendable {
    public var conflict: CrmResolveResultConflict

    public init(conflict: CrmResolveResultConflict) {
        self.conflict = conflict
    }
}

public struct CrmStatusParams: Codable, Hashable, Sendable {
    public init() {}
}

public struct CrmStatusResultState: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let untried = CrmStatusResultState(rawValue: "untried")
    public static let ok = CrmStatusResultState(rawValue: "ok")
    public static let degraded = CrmStatusResultState(rawValue: "degraded")
    public static let unauthorized = CrmStatusResultState(rawValue: "unauthorized")
    public static let unusable = CrmStatusResultState(rawValue: "unusable")
}

public struct CrmStatusResult: Codable, Hashable, Sendable {
    public var provider: String
    public var state: CrmStatusResultState
    public var reason: String?
    public var linked: Int?
    public var waiting: Int?
    public var held: Int?
    public var aside: Int?
    public var conflicts: Int?

    public init(provider: String, state: CrmStatusResultState, reason: String? = nil, linked: Int? = nil, waiting: Int? = nil, held: Int? = nil, aside: Int? = nil, conflicts: Int? = nil) {
        self.provider = provider
        self.state = state
        self.reason = reason
        self.linked = linked
        self.waiting = waiting
        self.held = held
        self.aside = aside
        self.conflicts = conflicts
    }
}

public struct CrmSyncParams: Codable, Hashable, Sendable {
    public var idempotencyKey: String

    public init(idempotencyKey: String) {
        self.idempotencyKey = idempotencyKey
    }
}

public struct CrmSyncResultState: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let untried = CrmSyncResultState(rawValue: "untried")
    public static let ok = CrmSyncResultState(rawValue: "ok")
    public static let degraded = CrmSyncResultState(rawValue: "degraded")
    public static let unauthorized = CrmSyncResultState(rawValue: "unauthorized")
    public static let unusable = CrmSyncResultState(rawValue: "unusable")
}

public struct CrmSyncResult: Codable, Hashable, Sendable {
    public var provider: String
    public var state: CrmSyncResultState
    public var reason: String?
    public var linked: Int?
    public var waiting: Int?
    public var held: Int?
    public var aside: Int?
    public var conflicts: Int?

    public init(provider: String, state: CrmSyncResultState, reason: String? = nil, linked: Int? = nil, waiting: Int? = nil, held: Int? = nil, aside: Int? = nil, conflicts: Int? = nil) {
        self.provider = provider
        self.state = state
        self.reason = reason
        self.linked = linked
        self.waiting = waiting
        self.held = held
        self.aside = aside
        self.conflicts = conflicts
    }
}

public struct CronAddParamsSessionTarget: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let main = CronAddParamsSessionTarget(rawValue: "main")
    public static let isolated = CronAddParamsSessionTarget(rawValue: "isolated")
}

public struct CronAddParamsWakeMode: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let nextHeartbeat = CronAddParamsWakeMode(rawValue: "next-heartbeat")
    public static let now = CronAddParamsWakeMode(rawValue: "now")
}

public struct CronAddParamsCatchUp: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let latest = CronAddParamsCatchUp(rawValue: "latest")
    public static let all = CronAddParamsCatchUp(rawValue: "all")
    public static let skip = CronAddParamsCatchUp(rawValue: "skip")
}

public struct CronAddParamsWhenInterrupted: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let retry = CronAddParamsWhenInterrupted(rawValue: "retry")
    public static let skip = CronAddParamsWhenInterrupted(rawValue: "skip")
}

public struct CronAddParams: Codable, Hashable, Sendable {
    public var name: String?
    public var description: String?
    public var enabled: AnyCodable?
    public var agentId: String?
    public var deleteAfterRun: AnyCodable?
    public var schedule: [String: AnyCodable]?
    public var sessionTarget: CronAddParamsSessionTarget?
    public var wakeMode: CronAddParamsWakeMode?
    public var payload: [String: AnyCodable]?
    public var isolation: [String: AnyCodable]?
    public var catchUp: CronAddParamsCatchUp?
    public var whenInterrupted: CronAddParamsWhenInterrupted?
    public var job: [String: AnyCodable]?
    public var data: [String: AnyCodable]?
    public var idempotencyKey: String?

    public init(name: String? = nil, description: String? = nil, enabled: AnyCodable? = nil, agentId: String? = nil, deleteAfterRun: AnyCodable? = nil, schedule: [String: AnyCodable]? = nil, sessionTarget: CronAddParamsSessionTarget? = nil, wakeMode: CronAddParamsWakeMode? = nil, payload: [String: AnyCodable]? = nil, isolation: [String: AnyCodable]? = nil, catchUp: CronAddParamsCatchUp? = nil, whenInterrupted: CronAddParamsWhenInterrupted? = nil, job: [String: AnyCodable]? = nil, data: [String: AnyCodable]? = nil, idempotencyKey: String? = nil) {
        self.name = name
        self.description = description
        self.enabled = enabled
        self.agentId = agentId
        self.deleteAfterRun = deleteAfterRun
        self.schedule = schedule
        self.sessionTarget = sessionTarget
        self.wakeMode = wakeMode
        self.payload = payload
        self.isolation = isolation
        self.catchUp = catchUp
        self.whenInterrupted = whenInterrupted
        self.job = job
        self.data = data
        self.idempotencyKey = idempotencyKey
    }
}

public struct CronAddResult: Codable, Hashable, Sendable {
    public var id: String
    public var name: String
    public var enabled: Bool

    public init(id: String, name: String, enabled: Bool) {
        self.id = id
        self.name = name
        self.enabled = enabled
    }
}

public struct CronCancelParams: Codable, Hashable, Sendable {
    public var id: String?
    public var jobId: String?

    public init(id: String? = nil, jobId: String? = nil) {
        self.id = id
        self.jobId = jobId
    }
}

public struct CronCancelResult: Codable, Hashable, Sendable {
    public var ok: Bool
    public var cancelled: Bool

    public init(ok: Bool, cancelled: Bool) {
        self.ok = ok
        self.cancelled = cancelled
    }
}

public struct CronEventAction: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let added = CronEventAction(rawValue: "added")
    public static let updated = CronEventAction(rawValue: "updated")
    public static let removed = CronEventAction(rawValue: "removed")
    public static let started = CronEventAction(rawValue: "started")
    public static let progress = CronEventAction(rawValue: "progress")
    public static let finished = CronEventAction(rawValue: "finished")
}

public struct CronEvent: Codable, Hashable, Sendable {
    public var jobId: String
    public var action: CronEventAction

    public init(jobId: String, action: CronEventAction) {
        self.jobId = jobId
        self.action = action
    }
}

public struct CronListParamsEnabled: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let all = CronListParamsEnabled(rawValue: "all")
    public static let enabled = CronListParamsEnabled(rawValue: "enabled")
    public static let disabled = CronListParamsEnabled(rawValue: "disabled")
}

public struct CronListParamsSortBy: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let nextRunAtMs = CronListParamsSortBy(rawValue: "nextRunAtMs")
    public static let updatedAtMs = CronListParamsSortBy(rawValue: "updatedAtMs")
    public static let name = CronListParamsSortBy(rawValue: "name")
}

public struct CronListParamsSortDir: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let asc = CronListParamsSortDir(rawValue: "asc")
    public static let desc = CronListParamsSortDir(rawValue: "desc")
}

public struct CronListParams: Codable, Hashable, Sendable {
    /// Jobs whose work is code too, which are left out otherwise.
    public var workflows: Bool?
    public var includeDisabled: Bool?
    public var enabled: CronListParamsEnabled?
    public var agentId: String?
    public var query: String?
    public var limit: Int?
    public var offset: Int?
    public var sortBy: CronListParamsSortBy?
    public var sortDir: CronListParamsSortDir?
    public var compact: Bool?
    public var includeDeliveryPreviews: Bool?

    public init(workflows: Bool? = nil, includeDisabled: Bool? = nil, enabled: CronListParamsEnabled? = nil, agentId: String? = nil, query: String? = nil, limit: Int? = nil, offset: Int? = nil, sortBy: CronListParamsSortBy? = nil, sortDir: CronListParamsSortDir? = nil, compact: Bool? = nil, includeDeliveryPreviews: Bool? = nil) {
        self.workflows = workflows
        self.includeDisabled = includeDisabled
        self.enabled = enabled
        self.agentId = agentId
        self.query = query
        self.limit = limit
        self.offset = offset
        self.sortBy = sortBy
        self.sortDir = sortDir
        self.compact = compact
        self.includeDeliveryPreviews = includeDeliveryPreviews
    }
}

public struct CronListResult: Codable, Hashable, Sendable {
    public var jobs: [[String: AnyCodable]]

    public init(jobs: [[String: AnyCodable]]) {
        self.jobs = jobs
    }
}

public struct CronPreviewParams: Codable, Hashable, Sendable {
    public var id: String?
    public var jobId: String?
    public var schedule: [String: AnyCodable]?
    public var count: Int?

    public init(id: String? = nil, jobId: String? = nil, schedule: [String: AnyCodable]? = nil, count: Int? = nil) {
        self.id = id
        self.jobId = jobId
        self.schedule = schedule
        self.count = count
    }
}

public struct CronPreviewResultFiresItem: Codable, Hashable, Sendable {
    public var atMs: Double
    public var local: String
    public var timeZone: String

    public init(atMs: Double, local: String, timeZone: String) {
        self.atMs = atMs
        self.local = local
        self.timeZone = timeZone
    }
}

public struct CronPreviewResult: Codable, Hashable, Sendable {
    public var fires: [CronPreviewResultFiresItem]

    public init(fires: [CronPreviewResultFiresItem]) {
        self.fires = fires
    }
}

public struct CronRemoveParams: Codable, Hashable, Sendable {
    public var id: String?
    public var jobId: String?
    public var idempotencyKey: String?

    public init(id: String? = nil, jobId: String? = nil, idempotencyKey: String? = nil) {
        self.id = id
        self.jobId = jobId
        self.idempotencyKey = idempotencyKey
    }
}

public struct CronRemoveResult: Codable, Hashable, Sendable {
    public var ok: Bool
    public var removed: Bool

    public init(ok: Bool, removed: Bool) {
        self.ok = ok
        self.removed = removed
    }
}

public struct CronRunParamsMode: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let due = CronRunParamsMode(rawValue: "due")
    public static let force = CronRunParamsMode(rawValue: "force")
    public static let ifEnabled = CronRunParamsMode(rawValue: "if-enabled")
}

public struct CronRunParams: Codable, Hashable, Sendable {
    public var id: String?
    public var jobId: String?
    public var mode: CronRunParamsMode?
    public var dryRun: Bool?
    public var idempotencyKey: String?

    public init(id: String? = nil, jobId: String? = nil, mode: CronRunParamsMode? = nil, dryRun: Bool? = nil, idempotencyKey: String? = nil) {
        self.id = id
        self.jobId = jobId
        self.mode = mode
        self.dryRun = dryRun
        self.idempotencyKey = idempotencyKey
    }
}

public struct CronRunResult: Codable, Hashable, Sendable {
    public var ok: Bool

    public init(ok: Bool) {
        self.ok = ok
    }
}

public struct CronRunsParamsSortDir: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let asc = CronRunsParamsSortDir(rawValue: "asc")
    public static let desc = CronRunsParamsSortDir(rawValue: "desc")
}

public struct CronRunsParams: Codable, Hashable, Sendable {
    public var id: String?
    public var jobId: String?
    public var limit: Int?
    public var offset: Int?
    public var sortDir: CronRunsParamsSortDir?

    public init(id: String? = nil, jobId: String? = nil, limit: Int? = nil, offset: Int? = nil, sortDir: CronRunsParamsSortDir? = nil) {
        self.id = id
        self.jobId = jobId
        self.limit = limit
        self.offset = offset
        self.sortDir = sortDir
    }
}

public struct CronRunsResult: Codable, Hashable, Sendable {
    public var entries: [[String: AnyCodable]]

    public init(entries: [[String: AnyCodable]]) {
        self.entries = entries
    }
}

public struct CronStatusParams: Codable, Hashable, Sendable {
    public init() {}
}

public struct CronStatusResult: Codable, Hashable, Sendable {
    public var enabled: Bool
    public var storePath: String
    public var jobs: Double
    public var nextWakeAtMs: Double?

    public init(enabled: Bool, storePath: String, jobs: Double, nextWakeAtMs: Double? = nil) {
        self.enabled = enabled
        self.storePath = storePath
        self.jobs = jobs
        self.nextWakeAtMs = nextWakeAtMs
    }
}

public struct CronUpdateParamsPatchSessionTarget: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let main = CronUpdateParamsPatchSessionTarget(rawValue: "main")
    public static let isolated = CronUpdateParamsPatchSessionTarget(rawValue: "isolated")
}

public struct CronUpdateParamsPatchWakeMode: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let nextHeartbeat = CronUpdateParamsPatchWakeMode(rawValue: "next-heartbeat")
    public static let now = CronUpdateParamsPatchWakeMode(rawValue: "now")
}

public struct CronUpdateParamsPatchCatchUp: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let latest = CronUpdateParamsPatchCatchUp(rawValue: "latest")
    public static let all = CronUpdateParamsPatchCatchUp(rawValue: "all")
    public static let skip = CronUpdateParamsPatchCatchUp(rawValue: "skip")
}

public struct CronUpdateParamsPatchWhenInterrupted: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let retry = CronUpdateParamsPatchWhenInterrupted(rawValue: "retry")
    public static let skip = CronUpdateParamsPatchWhenInterrupted(rawValue: "skip")
}

public struct CronUpdateParamsPatch: Codable, Hashable, Sendable {
    public var name: String?
    public var description: String?
    public var enabled: AnyCodable?
    public var agentId: String?
    public var deleteAfterRun: AnyCodable?
    public var schedule: [String: AnyCodable]?
    public var sessionTarget: CronUpdateParamsPatchSessionTarget?
    public var wakeMode: CronUpdateParamsPatchWakeMode?
    public var payload: [String: AnyCodable]?
    public var isolation: [String: AnyCodable]?
    public var catchUp: CronUpdateParamsPatchCatchUp?
    public var whenInterrupted: CronUpdateParamsPatchWhenInterrupted?

    public init(name: String? = nil, description: String? = nil, enabled: AnyCodable? = nil, agentId: String? = nil, deleteAfterRun: AnyCodable? = nil, schedule: [String: AnyCodable]? = nil, sessionTarget: CronUpdateParamsPatchSessionTarget? = nil, wakeMode: CronUpdateParamsPatchWakeMode? = nil, payload: [String: AnyCodable]? = nil, isolation: [String: AnyCodable]? = nil, catchUp: CronUpdateParamsPatchCatchUp? = nil, whenInterrupted: CronUpdateParamsPatchWhenInterrupted? = nil) {
        self.name = name
        self.description = description
        self.enabled = enabled
        self.agentId = agentId
        self.deleteAfterRun = deleteAfterRun
        self.schedule = schedule
        self.sessionTarget = sessionTarget
        self.wakeMode = wakeMode
        self.payload = payload
        self.isolation = isolation
        self.catchUp = catchUp
        self.whenInterrupted = whenInterrupted
    }
}

public struct CronUpdateParams: Codable, Hashable, Sendable {
    public var id: String?
    public var jobId: String?
    public var patch: CronUpdateParamsPatch
    public var idempotencyKey: String?

    public init(id: String? = nil, jobId: String? = nil, patch: CronUpdateParamsPatch, idempotencyKey: String? = nil) {
        self.id = id
        self.jobId = jobId
        self.patch = patch
        self.idempotencyKey = idempotencyKey
    }
}

public struct CronUpdateResult: Codable, Hashable, Sendable {
    public var id: String
    public var name: String
    public var enabled: Bool

    public init(id: String, name: String, enabled: Bool) {
        self.id = id
        self.name = name
        self.enabled = enabled
    }
}

/// Computed from bookings; nobody sets it.
public struct CustomerLifecycle: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let lead = CustomerLifecycle(rawValue: "lead")
    public static let customer = CustomerLifecycle(rawValue: "customer")
    public static let booked = CustomerLifecycle(rawValue: "booked")
    public static let travelling = CustomerLifecycle(rawValue: "travelling")
    public static let afterTrip = CustomerLifecycle(rawValue: "after-trip")
}

public struct Customer: Codable, Hashable, Sendable {
    public var id: String
    public var name: String
    public var email: String?
    public var phone: String?
    public var language: String?
    public var notes: String?
    public var tags: [String]
    public var createdAt: String
    public var updatedAt: String
    public var version: Int
    /// Who of the agency looks after them.
    public var owner: String?
    /// Computed from bookings; nobody sets it.
    public var lifecycle: CustomerLifecycle?
    /// ISO 3166-1 alpha-2.
    public var country: String?
    /// IANA.
    public var timeZone: String?
    public var companyId: String?
    public var costCentre: String?
    public var preferences: CustomerPreferences?
    /// The brand whose customer this is; absent is the only or first one.
    public var agency: String?
    /// This record was merged into that one, and is in no list.
    public var mergedInto: String?

    public init(id: String, name: String, email: String? = nil, phone: String? = nil, language: String? = nil, notes: String? = nil, tags: [String], createdAt: String, updatedAt: String, version: Int, owner: String? = nil, lifecycle: CustomerLifecycle? = nil, country: String? = nil, timeZone: String? = nil, companyId: String? = nil, costCentre: String? = nil, preferences: CustomerPreferences? = nil, agency: String? = nil, mergedInto: String? = nil) {
        self.id = id
        self.name = name
        self.email = email
        self.phone = phone
        self.language = language
        self.notes = notes
        self.tags = tags
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.version = version
        self.owner = owner
        self.lifecycle = lifecycle
        self.country = country
        self.timeZone = timeZone
        self.companyId = companyId
        self.costCentre = costCentre
        self.preferences = preferences
        self.agency = agency
        self.mergedInto = mergedInto
    }
}

public struct CustomerPreferencesCabin: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let economy = CustomerPreferencesCabin(rawValue: "economy")
    public static let premiumEconomy = CustomerPreferencesCabin(rawValue: "premium-economy")
    public static let business = CustomerPreferencesCabin(rawValue: "business")
    public static let first = CustomerPreferencesCabin(rawValue: "first")
}

/// How somebody likes to travel.
public struct CustomerPreferences: Codable, Hashable, Sendable {
    public var seat: String?
    public var meal: String?
    public var cabin: CustomerPreferencesCabin?
    public var hotel: String?
    public var airlinesLiked: [String]?
    public var airlinesAvoided: [String]?
    /// In their own words: wheelchair, medicine that must stay cool.
    public var assistance: String?

    public init(seat: String? = nil, meal: String? = nil, cabin: CustomerPreferencesCabin? = nil, hotel: String? = nil, airlinesLiked: [String]? = nil, airlinesAvoided: [String]? = nil, assistance: String? = nil) {
        self.seat = seat
        self.meal = meal
        self.cabin = cabin
        self.hotel = hotel
        self.airlinesLiked = airlinesLiked
        self.airlinesAvoided = airlinesAvoided
        self.assistance = assistance
    }
}

public struct CustomersCompaniesCreateParams: Codable, Hashable, Sendable {
    public var name: String
    public var vatId: String?
    public var policy: [String: AnyCodable]?
    public var costCentres: [String]?
    public var agency: String?
    public var idempotencyKey: String

    public init(name: String, vatId: String? = nil, policy: [String: AnyCodable]? = nil, costCentres: [String]? = nil, agency: String? = nil, idempotencyKey: String) {
        self.name = name
        self.vatId = vatId
        self.policy = policy
        self.costCentres = costCentres
        self.agency = agency
        self.idempotencyKey = idempotencyKey
    }
}

public struct CustomersCompaniesCreateResultCompany: Codable, Hashable, Sendable {
    public var id: String
    public var name: String
    public var vatId: String?
    public var policy: [String: AnyCodable]
    public var costCentres: [String]
    public var agency: String?
    public var createdAt: String
    public var updatedAt: String
    public var version: Int

    public init(id: String, name: String, vatId: String? = nil, policy: [String: AnyCodable], costCentres: [String], agency: String? = nil, createdAt: String, updatedAt: String, version: Int) {
        self.id = id
        self.name = name
        self.vatId = vatId
        self.policy = policy
        self.costCentres = costCentres
        self.agency = agency
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.version = version
    }
}

public struct CustomersCompaniesCreateResult: Codable, Hashable, Sendable {
    public var company: CustomersCompaniesCreateResultCompany

    public init(company: CustomersCompaniesCreateResultCompany) {
        self.company = company
    }
}

public struct CustomersCompaniesGetParams: Codable, Hashable, Sendable {
    public var id: String

    public init(id: String) {
        self.id = id
    }
}

public struct CustomersCompaniesGetResultCompany: Codable, Hashable, Sendable {
    public var id: String
    public var name: String
    public var vatId: String?
    public var policy: [String: AnyCodable]
    public var costCentres: [String]
    public var agency: String?
    public var createdAt: String
    public var updatedAt: String
    public var version: Int

    public init(id: String, name: String, vatId: String? = nil, policy: [String: AnyCodable], costCentres: [String], agency: String? = nil, createdAt: String, updatedAt: String, version: Int) {
        self.id = id
        self.name = name
        self.vatId = vatId
        self.policy = policy
        self.costCentres = costCentres
        self.agency = agency
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.version = version
    }
}

public struct CustomersCompaniesGetResult: Codable, Hashable, Sendable {
    public var company: CustomersCompaniesGetResultCompany

    public init(company: CustomersCompaniesGetResultCompany) {
        self.company = company
    }
}

public struct CustomersCompaniesListParams: Codable, Hashable, Sendable {
    public var query: String?
    public var agency: String?
    public var limit: Int?
    public var cursor: String?

    public init(query: String? = nil, agency: String? = nil, limit: Int? = nil, cursor: String? = nil) {
        self.query = query
        self.agency = agency
        self.limit = limit
        self.cursor = cursor
    }
}

public struct CustomersCompaniesListResultCompaniesItem: Codable, Hashable, Sendable {
    public var id: String
    public var name: String
    public var vatId: String?
    public var policy: [String: AnyCodable]
    public var costCentres: [String]
    public var agency: String?
    public var createdAt: String
    public var updatedAt: String
    public var version: Int

    public init(id: String, name: String, vatId: String? = nil, policy: [String: AnyCodable], costCentres: [String], agency: String? = nil, createdAt: String, updatedAt: String, version: Int) {
        self.id = id
        self.name = name
        self.vatId = vatId
        self.policy = policy
        self.costCentres = costCentres
        self.agency = agency
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.version = version
    }
}

public struct CustomersCompaniesListResult: Codable, Hashable, Sendable {
    public var companies: [CustomersCompaniesListResultCompaniesItem]
    public var nextCursor: String?

    public init(companies: [CustomersCompaniesListResultCompaniesItem], nextCursor: String? = nil) {
        self.companies = companies
        self.nextCursor = nextCursor
    }
}

public struct CustomersCompaniesUpdateParams: Codable, Hashable, Sendable {
    public var id: String
    public var name: String?
    public var vatId: String?
    public var policy: [String: AnyCodable]?
    public var costCentres: [String]?
    public var expectedVersion: Int?
    public var idempotencyKey: String

    public init(id: String, name: String? = nil, vatId: String? = nil, policy: [String: AnyCodable]? = nil, costCentres: [String]? = nil, expectedVersion: Int? = nil, idempotencyKey: String) {
        self.id = id
        self.name = name
        self.vatId = vatId
        self.policy = policy
        self.costCentres = costCentres
        self.expectedVersion = expectedVersion
        self.idempotencyKey = idempotencyKey
    }
}

public struct CustomersCompaniesUpdateResultCompany: Codable, Hashable, Sendable {
    public var id: String
    public var name: String
    public var vatId: String?
    public var policy: [String: AnyCodable]
    public var costCentres: [String]
    public var agency: String?
    public var createdAt: String
    public var updatedAt: String
    public var version: Int

    public init(id: String, name: String, vatId: String? = nil, policy: [String: AnyCodable], costCentres: [String], agency: String? = nil, createdAt: String, updatedAt: String, version: Int) {
        self.id = id
        self.name = name
        self.vatId = vatId
        self.policy = policy
        self.costCentres = costCentres
        self.agency = agency
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.version = version
    }
}

public struct CustomersCompaniesUpdateResult: Codable, Hashable, Sendable {
    public var company: CustomersCompaniesUpdateResultCompany

    public init(company: CustomersCompaniesUpdateResultCompany) {
        self.company = company
    }
}

public struct CustomersCreateParams: Codable, Hashable, Sendable {
    public var name: String
    public var email: String?
    public var phone: String?
    public var language: String?
    public var notes: String?
    public var tags: [String]?
    public var owner: String?
    public var country: String?
    public var timeZone: String?
    public var companyId: String?
    public var costCentre: String?
    public var preferences: CustomerPreferences?
    public var agency: String?
    public var idempotencyKey: String

    public init(name: String, email: String? = nil, phone: String? = nil, language: String? = nil, notes: String? = nil, tags: [String]? = nil, owner: String? = nil, country: String? = nil, timeZone: String? = nil, companyId: String? = nil, costCentre: String? = nil, preferences: CustomerPreferences? = nil, agency: String? = nil, idempotencyKey: String) {
        self.name = name
        self.email = email
        self.phone = phone
        self.language = language
        self.notes = notes
        self.tags = tags
        self.owner = owner
        self.country = country
        self.timeZone = timeZone
        self.companyId = companyId
        self.costCentre = costCentre
        self.preferences = preferences
        self.agency = agency
        self.idempotencyKey = idempotencyKey
    }
}

public struct CustomersCreateResult: Codable, Hashable, Sendable {
    public var customer: Customer

    public init(customer: Customer) {
        self.customer = customer
    }
}

public struct CustomersDuplicatesParams: Codable, Hashable, Sendable {
    public var id: String?
    public var agency: String?
    public var limit: Int?

    public init(id: String? = nil, agency: String? = nil, limit: Int? = nil) {
        self.id = id
        self.agency = agency
        self.limit = limit
    }
}

public struct CustomersDuplicatesResultCandidatesItemCustomersItem: Codable, Hashable, Sendable {
    public var id: String
    public var name: String

    public init(id: String, name: String) {
        self.id = id
        self.name = name
    }
}

public struct CustomersDuplicatesResultCandidatesItem: Codable, Hashable, Sendable {
    public var customers: [CustomersDuplicatesResultCandidatesItemCustomersItem]
    public var by: [String]

    public init(customers: [CustomersDuplicatesResultCandidatesItemCustomersItem], by: [String]) {
        self.customers = customers
        self.by = by
    }
}

public struct CustomersDuplicatesResult: Codable, Hashable, Sendable {
    public var candidates: [CustomersDuplicatesResultCandidatesItem]

    public init(candidates: [CustomersDuplicatesResultCandidatesItem]) {
        self.candidates = candidates
    }
}

public struct CustomersEraseParams: Codable, Hashable, Sendable {
    public var id: String
    public var reason: String
    public var force: Bool?
    public var acceptResidue: Bool?
    public var idempotencyKey: String

    public init(id: String, reason: String, force: Bool? = nil, acceptResidue: Bool? = nil, idempotencyKey: String) {
        self.id = id
        self.reason = reason
        self.force = force
        self.acceptResidue = acceptResidue
        self.idempotencyKey = idempotencyKey
    }
}

public struct CustomersErasureEvent: Codable, Hashable, Sendable {
    public var id: String
    public var doing: String
    public var done: Int
    public var of: Int

    public init(id: String, doing: String, done: Int, of: Int) {
        self.id = id
        self.doing = doing
        self.done = done
        self.of = of
    }
}

public struct CustomersErasuresParams: Codable, Hashable, Sendable {
    public var limit: Int?

    public init(limit: Int? = nil) {
        self.limit = limit
    }
}

public struct CustomersErasuresResultErasuresItemState: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let running = CustomersErasuresResultErasuresItemState(rawValue: "running")
    public static let complete = CustomersErasuresResultErasuresItemState(rawValue: "complete")
    public static let incomplete = CustomersErasuresResultErasuresItemState(rawValue: "incomplete")
}

public struct CustomersErasuresResultErasuresItem: Codable, Hashable, Sendable {
    public var id: String
    public var state: CustomersErasuresResultErasuresItemState
    public var subject: String
    public var reason: String
    public var by: String
    public var requestedAt: String
    public var endedAt: String?
    public var certificate: ErasureCertificate?

    public init(id: String, state: CustomersErasuresResultErasuresItemState, subject: String, reason: String, by: String, requestedAt: String, endedAt: String? = nil, certificate: ErasureCertificate? = nil) {
        self.id = id
        self.state = state
        self.subject = subject
        self.reason = reason
        self.by = by
        self.requestedAt = requestedAt
        self.endedAt = endedAt
        self.certificate = certificate
    }
}

public struct CustomersErasuresResult: Codable, Hashable, Sendable {
    public var erasures: [CustomersErasuresResultErasuresItem]

    public init(erasures: [CustomersErasuresResultErasuresItem]) {
        self.erasures = erasures
    }
}

public struct CustomersExportParams: Codable, Hashable, Sendable {
    public var id: String
    public var download: String?
    public var part: Int?

    public init(id: String, download: String? = nil, part: Int? = nil) {
        self.id = id
        self.download = download
        self.part = part
    }
}

public struct CustomersExportResult: Codable, Hashable, Sendable {
    public var name: String
    public var mimeType: String
    public var download: String
    public var part: Int
    public var data: String
    public var last: Bool

    public init(name: String, mimeType: String, download: String, part: Int, data: String, last: Bool) {
        self.name = name
        self.mimeType = mimeType
        self.download = download
        self.part = part
        self.data = data
        self.last = last
    }
}

public struct CustomersGetParams: Codable, Hashable, Sendable {
    public var id: String

    public init(id: String) {
        self.id = id
    }
}

public struct CustomersGetResult: Codable, Hashable, Sendable {
    public var customer: Customer

    public init(customer: Customer) {
        self.customer = customer
    }
}

public struct CustomersIdentitiesAddParams: Codable, Hashable, Sendable {
    public var id: String
    public var channel: String
    public var peerId: String
    public var verified: Bool?
    public var idempotencyKey: String

    public init(id: String, channel: String, peerId: String, verified: Bool? = nil, idempotencyKey: String) {
        self.id = id
        self.channel = channel
        self.peerId = peerId
        self.verified = verified
        self.idempotencyKey = idempotencyKey
    }
}

public struct CustomersIdentitiesAddResultIdentitiesItemHow: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let platform = CustomersIdentitiesAddResultIdentitiesItemHow(rawValue: "platform")
    public static let code = CustomersIdentitiesAddResultIdentitiesItemHow(rawValue: "code")
    public static let `operator` = CustomersIdentitiesAddResultIdentitiesItemHow(rawValue: "operator")
    public static let portal = CustomersIdentitiesAddResultIdentitiesItemHow(rawValue: "portal")
    public static let site = CustomersIdentitiesAddResultIdentitiesItemHow(rawValue: "site")
}

public struct CustomersIdentitiesAddResultIdentitiesItem: Codable, Hashable, Sendable {
    public var channel: String
    public var peerId: String
    public var verified: Bool
    public var how: CustomersIdentitiesAddResultIdentitiesItemHow?
    public var verifiedAt: String?
    public var verifiedBy: String?
    public var removedAt: String?

    public init(channel: String, peerId: String, verified: Bool, how: CustomersIdentitiesAddResultIdentitiesItemHow? = nil, verifiedAt: String? = nil, verifiedBy: String? = nil, removedAt: String? = nil) {
        self.channel = channel
        self.peerId = peerId
        self.verified = verified
        self.how = how
        self.verifiedAt = verifiedAt
        self.verifiedBy = verifiedBy
        self.removedAt = removedAt
    }
}

public struct CustomersIdentitiesAddResult: Codable, Hashable, Sendable {
    public var identities: [CustomersIdentitiesAddResultIdentitiesItem]

    public init(identities: [CustomersIdentitiesAddResultIdentitiesItem]) {
        self.identities = identities
    }
}

public struct CustomersIdentitiesListParams: Codable, Hashable, Sendable {
    public var id: String

    public init(id: String) {
        self.id = id
    }
}

public struct CustomersIdentitiesListResultIdentitiesItemHow: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let platform = CustomersIdentitiesListResultIdentitiesItemHow(rawValue: "platform")
    public static let code = CustomersIdentitiesListResultIdentitiesItemHow(rawValue: "code")
    public static let `operator` = CustomersIdentitiesListResultIdentitiesItemHow(rawValue: "operator")
    public static let portal = CustomersIdentitiesListResultIdentitiesItemHow(rawValue: "portal")
    public static let site = CustomersIdentitiesListResultIdentitiesItemHow(rawValue: "site")
}

public struct CustomersIdentitiesListResultIdentitiesItem: Codable, Hashable, Sendable {
    public var channel: String
    public var peerId: String
    public var verified: Bool
    public var how: CustomersIdentitiesListResultIdentitiesItemHow?
    public var verifiedAt: String?
    public var verifiedBy: String?
    public var removedAt: String?

    public init(channel: String, peerId: String, verified: Bool, how: CustomersIdentitiesListResultIdentitiesItemHow? = nil, verifiedAt: String? = nil, verifiedBy: String? = nil, removedAt: String? = nil) {
        self.channel = channel
        self.peerId = peerId
        self.verified = verified
        self.how = how
        self.verifiedAt = verifiedAt
        self.verifiedBy = verifiedBy
        self.removedAt = removedAt
    }
}

public struct CustomersIdentitiesListResult: Codable, Hashable, Sendable {
    public var identities: [CustomersIdentitiesListResultIdentitiesItem]

    public init(identities: [CustomersIdentitiesListResultIdentitiesItem]) {
        self.identities = identities
    }
}

public struct CustomersIdentitiesRemoveParams: Codable, Hashable, Sendable {
    public var id: String
    public var channel: String
    public var peerId: String
    public var idempotencyKey: String

    public init(id: String, channel: String, peerId: String, idempotencyKey: String) {
        self.id = id
        self.channel = channel
        self.peerId = peerId
        self.idempotencyKey = idempotencyKey
    }
}

public struct CustomersIdentitiesRemoveResultIdentitiesItemHow: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let platform = CustomersIdentitiesRemoveResultIdentitiesItemHow(rawValue: "platform")
    public static let code = CustomersIdentitiesRemoveResultIdentitiesItemHow(rawValue: "code")
    public static let `operator` = CustomersIdentitiesRemoveResultIdentitiesItemHow(rawValue: "operator")
    public static let portal = CustomersIdentitiesRemoveResultIdentitiesItemHow(rawValue: "portal")
    public static let site = CustomersIdentitiesRemoveResultIdentitiesItemHow(rawValue: "site")
}

public struct CustomersIdentitiesRemoveResultIdentitiesItem: Codable, Hashable, Sendable {
    public var channel: String
    public var peerId: String
    public var verified: Bool
    public var how: CustomersIdentitiesRemoveResultIdentitiesItemHow?
    public var verifiedAt: String?
    public var verifiedBy: String?
    public var removedAt: String?

    public init(channel: String, peerId: String, verified: Bool, how: CustomersIdentitiesRemoveResultIdentitiesItemHow? = nil, verifiedAt: String? = nil, verifiedBy: String? = nil, removedAt: String? = nil) {
        self.channel = channel
        self.peerId = peerId
        self.verified = verified
        self.how = how
        self.verifiedAt = verifiedAt
        self.verifiedBy = verifiedBy
        self.removedAt = removedAt
    }
}

public struct CustomersIdentitiesRemoveResult: Codable, Hashable, Sendable {
    public var identities: [CustomersIdentitiesRemoveResultIdentitiesItem]

    public init(identities: [CustomersIdentitiesRemoveResultIdentitiesItem]) {
        self.identities = identities
    }
}

public struct CustomersLinksDecideParamsDecision: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let link = CustomersLinksDecideParamsDecision(rawValue: "link")
    public static let reject = CustomersLinksDecideParamsDecision(rawValue: "reject")
}

public struct CustomersLinksDecideParams: Codable, Hashable, Sendable {
    public var id: String
    public var decision: CustomersLinksDecideParamsDecision
    public var idempotencyKey: String

    public init(id: String, decision: CustomersLinksDecideParamsDecision, idempotencyKey: String) {
        self.id = id
        self.decision = decision
        self.idempotencyKey = idempotencyKey
    }
}

public struct CustomersLinksDecideResultRequestStatus: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let waiting = CustomersLinksDecideResultRequestStatus(rawValue: "waiting")
    public static let codeSent = CustomersLinksDecideResultRequestStatus(rawValue: "code-sent")
    public static let proven = CustomersLinksDecideResultRequestStatus(rawValue: "proven")
    public static let linked = CustomersLinksDecideResultRequestStatus(rawValue: "linked")
    public static let rejected = CustomersLinksDecideResultRequestStatus(rawValue: "rejected")
    public static let expired = CustomersLinksDecideResultRequestStatus(rawValue: "expired")
}

public struct CustomersLinksDecideResultRequestBy: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let email = CustomersLinksDecideResultRequestBy(rawValue: "email")
    public static let phone = CustomersLinksDecideResultRequestBy(rawValue: "phone")
    public static let booking = CustomersLinksDecideResultRequestBy(rawValue: "booking")
    public static let site = CustomersLinksDecideResultRequestBy(rawValue: "site")
}

public struct CustomersLinksDecideResultRequest: Codable, Hashable, Sendable {
    public var id: String
    public var status: CustomersLinksDecideResultRequestStatus
    public var sessionKey: String
    public var channel: String
    public var customerId: String
    public var customerName: String
    public var by: CustomersLinksDecideResultRequestBy
    public var createdAt: String

    public init(id: String, status: CustomersLinksDecideResultRequestStatus, sessionKey: String, channel: String, customerId: String, customerName: String, by: CustomersLinksDecideResultRequestBy, createdAt: String) {
        self.id = id
        self.status = status
        self.sessionKey = sessionKey
        self.channel = channel
        self.customerId = customerId
        self.customerName = customerName
        self.by = by
        self.createdAt = createdAt
    }
}

public struct CustomersLinksDecideResult: Codable, Hashable, Sendable {
    public var request: CustomersLinksDecideResultRequest

    public init(request: CustomersLinksDecideResultRequest) {
        self.request = request
    }
}

public struct CustomersLinksListParamsStatus: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let waiting = CustomersLinksListParamsStatus(rawValue: "waiting")
    public static let codeSent = CustomersLinksListParamsStatus(rawValue: "code-sent")
    public static let proven = CustomersLinksListParamsStatus(rawValue: "proven")
    public static let linked = CustomersLinksListParamsStatus(rawValue: "linked")
    public static let rejected = CustomersLinksListParamsStatus(rawValue: "rejected")
    public static let expired = CustomersLinksListParamsStatus(rawValue: "expired")
}

public struct CustomersLinksListParams: Codable, Hashable, Sendable {
    public var status: CustomersLinksListParamsStatus?
    public var limit: Int?

    public init(status: CustomersLinksListParamsStatus? = nil, limit: Int? = nil) {
        self.status = status
        self.limit = limit
    }
}

public struct CustomersLinksListResultRequestsItemStatus: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let waiting = CustomersLinksListResultRequestsItemStatus(rawValue: "waiting")
    public static let codeSent = CustomersLinksListResultRequestsItemStatus(rawValue: "code-sent")
    public static let proven = CustomersLinksListResultRequestsItemStatus(rawValue: "proven")
    public static let linked = CustomersLinksListResultRequestsItemStatus(rawValue: "linked")
    public static let rejected = CustomersLinksListResultRequestsItemStatus(rawValue: "rejected")
    public static let expired = CustomersLinksListResultRequestsItemStatus(rawValue: "expired")
}

public struct CustomersLinksListResultRequestsItemBy: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let email = CustomersLinksListResultRequestsItemBy(rawValue: "email")
    public static let phone = CustomersLinksListResultRequestsItemBy(rawValue: "phone")
    public static let booking = CustomersLinksListResultRequestsItemBy(rawValue: "booking")
    public static let site = CustomersLinksListResultRequestsItemBy(rawValue: "site")
}

public struct CustomersLinksListResultRequestsItem: Codable, Hashable, Sendable {
    public var id: String
    public var status: CustomersLinksListResultRequestsItemStatus
    public var sessionKey: String
    public var channel: String
    public var customerId: String
    public var customerName: String
    public var by: CustomersLinksListResultRequestsItemBy
    public var createdAt: String

    public init(id: String, status: CustomersLinksListResultRequestsItemStatus, sessionKey: String, channel: String, customerId: String, customerName: String, by: CustomersLinksListResultRequestsItemBy, createdAt: String) {
        self.id = id
        self.status = status
        self.sessionKey = sessionKey
        self.channel = channel
        self.customerId = customerId
        self.customerName = customerName
        self.by = by
        self.createdAt = createdAt
    }
}

public struct CustomersLinksListResult: Codable, Hashable, Sendable {
    public var requests: [CustomersLinksListResultRequestsItem]

    public init(requests: [CustomersLinksListResultRequestsItem]) {
        self.requests = requests
    }
}

public struct CustomersListParamsLifecycle: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let lead = CustomersListParamsLifecycle(rawValue: "lead")
    public static let customer = CustomersListParamsLifecycle(rawValue: "customer")
    public static let booked = CustomersListParamsLifecycle(rawValue: "booked")
    public static let travelling = CustomersListParamsLifecycle(rawValue: "travelling")
    public static let afterTrip = CustomersListParamsLifecycle(rawValue: "after-trip")
}

public struct CustomersListParams: Codable, Hashable, Sendable {
    public var query: String?
    public var tag: String?
    public var owner: String?
    public var lifecycle: CustomersListParamsLifecycle?
    public var companyId: String?
    public var agency: String?
    public var limit: Int?
    public var cursor: String?

    public init(query: String? = nil, tag: String? = nil, owner: String? = nil, lifecycle: CustomersListParamsLifecycle? = nil, companyId: String? = nil, agency: String? = nil, limit: Int? = nil, cursor: String? = nil) {
        self.query = query
        self.tag = tag
        self.owner = owner
        self.lifecycle = lifecycle
        self.companyId = companyId
        self.agency = agency
        self.limit = limit
        self.cursor = cursor
    }
}

public struct CustomersListResult: Codable, Hashable, Sendable {
    public var customers: [Customer]
    public var nextCursor: String?

    public init(customers: [Customer], nextCursor: String? = nil) {
        self.customers = customers
        self.nextCursor = nextCursor
    }
}

public struct CustomersMergeParams: Codable, Hashable, Sendable {
    public var id: String
    public var into: String
    public var idempotencyKey: String

    public init(id: String, into: String, idempotencyKey: String) {
        self.id = id
        self.into = into
        self.idempotencyKey = idempotencyKey
    }
}

public struct CustomersMergeResult: Codable, Hashable, Sendable {
    public var customer: Customer
    public var moved: Int

    public init(customer: Customer, moved: Int) {
        self.customer = customer
        self.moved = moved
    }
}

public struct CustomersPartiesListParams: Codable, Hashable, Sendable {
    public var customerId: String

    public init(customerId: String) {
        self.customerId = customerId
    }
}

public struct CustomersPartiesListResultPartiesItemMembersItem: Codable, Hashable, Sendable {
    public var role: String
    public var customerId: String?
    public var name: String?
    public var birthDate: String?

    public init(role: String, customerId: String? = nil, name: String? = nil, birthDate: String? = nil) {
        self.role = role
        self.customerId = customerId
        self.name = name
        self.birthDate = birthDate
    }
}

public struct CustomersPartiesListResultPartiesItem: Codable, Hashable, Sendable {
    public var id: String
    public var customerId: String
    public var name: String
    public var members: [CustomersPartiesListResultPartiesItemMembersItem]
    public var createdAt: String
    public var updatedAt: String
    public var version: Int

    public init(id: String, customerId: String, name: String, members: [CustomersPartiesListResultPartiesItemMembersItem], createdAt: String, updatedAt: String, version: Int) {
        self.id = id
        self.customerId = customerId
        self.name = name
        self.members = members
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.version = version
    }
}

public struct CustomersPartiesListResult: Codable, Hashable, Sendable {
    public var parties: [CustomersPartiesListResultPartiesItem]

    public init(parties: [CustomersPartiesListResultPartiesItem]) {
        self.parties = parties
    }
}

public struct CustomersPartiesRemoveParams: Codable, Hashable, Sendable {
    public var id: String
    public var idempotencyKey: String

    public init(id: String, idempotencyKey: String) {
        self.id = id
        self.idempotencyKey = idempotencyKey
    }
}

public struct CustomersPartiesRemoveResult: Codable, Hashable, Sendable {
    public var removed: Bool

    public init(removed: Bool) {
        self.removed = removed
    }
}

public struct CustomersPartiesSaveParamsMembersItem: Codable, Hashable, Sendable {
    public var role: String
    public var customerId: String?
    public var name: String?
    public var birthDate: String?

    public init(role: String, customerId: String? = nil, name: String? = nil, birthDate: String? = nil) {
        self.role = role
        self.customerId = customerId
        self.name = name
        self.birthDate = birthDate
    }
}

public struct CustomersPartiesSaveParams: Codable, Hashable, Sendable {
    public var id: String?
    public var customerId: String
    public var name: String
    public var members: [CustomersPartiesSaveParamsMembersItem]
    public var expectedVersion: Int?
    public var idempotencyKey: String

    public init(id: String? = nil, customerId: String, name: String, members: [CustomersPartiesSaveParamsMembersItem], expectedVersion: Int? = nil, idempotencyKey: String) {
        self.id = id
        self.customerId = customerId
        self.name = name
        self.members = members
        self.expectedVersion = expectedVersion
        self.idempotencyKey = idempotencyKey
    }
}

public struct CustomersPartiesSaveResultPartyMembersItem: Codable, Hashable, Sendable {
    public var role: String
    public var customerId: String?
    public var name: String?
    public var birthDate: String?

    public init(role: String, customerId: String? = nil, name: String? = nil, birthDate: String? = nil) {
        self.role = role
        self.customerId = customerId
        self.name = name
        self.birthDate = birthDate
    }
}

public struct CustomersPartiesSaveResultParty: Codable, Hashable, Sendable {
    public var id: String
    public var customerId: String
    public var name: String
    public var members: [CustomersPartiesSaveResultPartyMembersItem]
    public var createdAt: String
    public var updatedAt: String
    public var version: Int

    public init(id: String, customerId: String, name: String, members: [CustomersPartiesSaveResultPartyMembersItem], createdAt: String, updatedAt: String, version: Int) {
        self.id = id
        self.customerId = customerId
        self.name = name
        self.members = members
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.version = version
    }
}

public struct CustomersPartiesSaveResult: Codable, Hashable, Sendable {
    public var party: CustomersPartiesSaveResultParty

    public init(party: CustomersPartiesSaveResultParty) {
        self.party = party
    }
}

public struct CustomersTimelineParams: Codable, Hashable, Sendable {
    public var id: String
    public var limit: Int?
    public var cursor: String?

    public init(id: String, limit: Int? = nil, cursor: String? = nil) {
        self.id = id
        self.limit = limit
        self.cursor = cursor
    }
}

public struct CustomersTimelineResultEntriesItem: Codable, Hashable, Sendable {
    public var at: String
    public var kind: String
    public var id: String
    public var text: String
    public var data: [String: AnyCodable]?

    public init(at: String, kind: String, id: String, text: String, data: [String: AnyCodable]? = nil) {
        self.at = at
        self.kind = kind
        self.id = id
        self.text = text
        self.data = data
    }
}

public struct CustomersTimelineResult: Codable, Hashable, Sendable {
    public var entries: [CustomersTimelineResultEntriesItem]
    public var nextCursor: String?

    public init(entries: [CustomersTimelineResultEntriesItem], nextCursor: String? = nil) {
        self.entries = entries
        self.nextCursor = nextCursor
    }
}

public struct CustomersUnmergeParams: Codable, Hashable, Sendable {
    public var id: String
    public var idempotencyKey: String

    public init(id: String, idempotencyKey: String) {
        self.id = id
        self.idempotencyKey = idempotencyKey
    }
}

public struct CustomersUnmergeResult: Codable, Hashable, Sendable {
    public var customer: Customer
    public var survivor: Customer
    public var returned: Int

    public init(customer: Customer, survivor: Customer, returned: Int) {
        self.customer = customer
        self.survivor = survivor
        self.returned = returned
    }
}

public struct CustomersUpdateParams: Codable, Hashable, Sendable {
    public var id: String
    public var name: String?
    public var email: String?
    public var phone: String?
    public var language: String?
    public var notes: String?
    public var tags: [String]?
    public var owner: String?
    public var country: String?
    public var timeZone: String?
    public var companyId: String?
    public var costCentre: String?
    public var preferences: CustomerPreferences?
    public var expectedVersion: Int?
    public var idempotencyKey: String

    public init(id: String, name: String? = nil, email: String? = nil, phone: String? = nil, language: String? = nil, notes: String? = nil, tags: [String]? = nil, owner: String? = nil, country: String? = nil, timeZone: String? = nil, companyId: String? = nil, costCentre: String? = nil, preferences: CustomerPreferences? = nil, expectedVersion: Int? = nil, idempotencyKey: String) {
        self.id = id
        self.name = name
        self.email = email
        self.phone = phone
        self.language = language
        self.notes = notes
        self.tags = tags
        self.owner = owner
        self.country = country
        self.timeZone = timeZone
        self.companyId = companyId
        self.costCentre = costCentre
        self.preferences = preferences
        self.expectedVersion = expectedVersion
        self.idempotencyKey = idempotencyKey
    }
}

public struct CustomersUpdateResult: Codable, Hashable, Sendable {
    public var customer: Customer

    public init(customer: Customer) {
        self.customer = customer
    }
}

/// `turn`: a message without an answer but the apology. `saga`: a booking flow that gave up.
public struct DeadLetterKind: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let turn = DeadLetterKind(rawValue: "turn")
    public static let saga = DeadLetterKind(rawValue: "saga")
}

public struct DeadLetterState: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let `open` = DeadLetterState(rawValue: "open")
    public static let retried = DeadLetterState(rawValue: "retried")
    public static let dropped = DeadLetterState(rawValue: "dropped")
}

/// Work that ended without doing what it was for. Kept until a person tries it again or puts it aside.
public struct DeadLetter: Codable, Hashable, Sendable {
    public var id: String
    /// `turn`: a message without an answer but the apology. `saga`: a booking flow that gave up.
    public var kind: DeadLetterKind
    public var state: DeadLetterState
    /// What failed.
    public var runId: String
    /// Such as `TIMEOUT` or `MODEL_OVERLOADED`.
    public var code: String
    public var reason: String
    public var sessionKey: String?
    public var agentId: String?
    public var channel: String?
    /// Beginning of what the customer wrote.
    public var preview: String?
    public var at: String
    /// The run that does it again.
    public var retriedAs: String?
    /// Who tried it again or put it aside, when, and why.
    public var resolvedBy: String?
    public var resolvedAt: String?
    public var note: String?

    public init(id: String, kind: DeadLetterKind, state: DeadLetterState, runId: String, code: String, reason: String, sessionKey: String? = nil, agentId: String? = nil, channel: String? = nil, preview: String? = nil, at: String, retriedAs: String? = nil, resolvedBy: String? = nil, resolvedAt: String? = nil, note: String? = nil) {
        self.id = id
        self.kind = kind
        self.state = state
        self.runId = runId
        self.code = code
        self.reason = reason
        self.sessionKey = sessionKey
        self.agentId = agentId
        self.channel = channel
        self.preview = preview
        self.at = at
        self.retriedAs = retriedAs
        self.resolvedBy = resolvedBy
        self.resolvedAt = resolvedAt
        self.note = note
    }
}

public struct DeliveriesListParams: Codable, Hashable, Sendable {
    public var status: String?
    public var limit: Int?
    public var cursor: String?

    public init(status: String? = nil, limit: Int? = nil, cursor: String? = nil) {
        self.status = status
        self.limit = limit
        self.cursor = cursor
    }
}

public struct DeliveriesListResult: Codable, Hashable, Sendable {
    public var deliveries: [[String: AnyCodable]]
    public var nextCursor: String?

    public init(deliveries: [[String: AnyCodable]], nextCursor: String? = nil) {
        self.deliveries = deliveries
        self.nextCursor = nextCursor
    }
}

public struct DeliveriesResolveParamsOutcome: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let sent = DeliveriesResolveParamsOutcome(rawValue: "sent")
    public static let failed = DeliveriesResolveParamsOutcome(rawValue: "failed")
}

public struct DeliveriesResolveParams: Codable, Hashable, Sendable {
    public var id: String
    public var outcome: DeliveriesResolveParamsOutcome

    public init(id: String, outcome: DeliveriesResolveParamsOutcome) {
        self.id = id
        self.outcome = outcome
    }
}

public struct DeliveriesResolveResult: Codable, Hashable, Sendable {
    public var ok: Bool

    public init(ok: Bool) {
        self.ok = ok
    }
}

public struct DeliveriesRetryParams: Codable, Hashable, Sendable {
    public var id: String

    public init(id: String) {
        self.id = id
    }
}

public struct DeliveriesRetryResult: Codable, Hashable, Sendable {
    public var ok: Bool

    public init(ok: Bool) {
        self.ok = ok
    }
}

public struct DeliveryEvent: Codable, Hashable, Sendable {
    public var id: String
    public var status: String

    public init(id: String, status: String) {
        self.id = id
        self.status = status
    }
}

public struct DevicePairApproveParams: Codable, Hashable, Sendable {
    public var requestId: String

    public init(requestId: String) {
        self.requestId = requestId
    }
}

public struct DevicePairApproveResult: Codable, Hashable, Sendable {
    public var requestId: String
    public var device: PairedDevice

    public init(requestId: String, device: PairedDevice) {
        self.requestId = requestId
        self.device = device
    }
}

public struct DevicePairListParams: Codable, Hashable, Sendable {
    public init() {}
}

public struct DevicePairListResult: Codable, Hashable, Sendable {
    public var pending: [PairingRequest]
    public var paired: [PairedDevice]

    public init(pending: [PairingRequest], paired: [PairedDevice]) {
        self.pending = pending
        self.paired = paired
    }
}

public struct DevicePairRejectParams: Codable, Hashable, Sendable {
    public var requestId: String

    public init(requestId: String) {
        self.requestId = requestId
    }
}

public struct DevicePairRejectResult: Codable, Hashable, Sendable {
    public var requestId: String
    public var deviceId: String

    public init(requestId: String, deviceId: String) {
        self.requestId = requestId
        self.deviceId = deviceId
    }
}

public struct DevicePairRemoveParams: Codable, Hashable, Sendable {
    public var deviceId: String
    public var role: String?

    public init(deviceId: String, role: String? = nil) {
        self.deviceId = deviceId
        self.role = role
    }
}

public struct DevicePairRemoveResult: Codable, Hashable, Sendable {
    public var deviceId: String

    public init(deviceId: String) {
        self.deviceId = deviceId
    }
}

public struct DevicePairResolvedEventDecision: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let approved = DevicePairResolvedEventDecision(rawValue: "approved")
    public static let rejected = DevicePairResolvedEventDecision(rawValue: "rejected")
    public static let replaced = DevicePairResolvedEventDecision(rawValue: "replaced")
    public static let expired = DevicePairResolvedEventDecision(rawValue: "expired")
}

public struct DevicePairResolvedEvent: Codable, Hashable, Sendable {
    public var requestId: String
    public var deviceId: String
    public var decision: DevicePairResolvedEventDecision
    public var ts: Int

    public init(requestId: String, deviceId: String, decision: DevicePairResolvedEventDecision, ts: Int) {
        self.requestId = requestId
        self.deviceId = deviceId
        self.decision = decision
        self.ts = ts
    }
}

public struct DeviceTokenRevokeParams: Codable, Hashable, Sendable {
    public var deviceId: String
    public var role: String

    public init(deviceId: String, role: String) {
        self.deviceId = deviceId
        self.role = role
    }
}

public struct DeviceTokenRevokeResult: Codable, Hashable, Sendable {
    public var deviceId: String
    public var role: String
    public var revokedAtMs: Int

    public init(deviceId: String, role: String, revokedAtMs: Int) {
        self.deviceId = deviceId
        self.role = role
        self.revokedAtMs = revokedAtMs
    }
}

public struct DeviceTokenRotateParams: Codable, Hashable, Sendable {
    public var deviceId: String
    public var role: String
    public var scopes: [String]?

    public init(deviceId: String, role: String, scopes: [String]? = nil) {
        self.deviceId = deviceId
        self.role = role
        self.scopes = scopes
    }
}

public struct DeviceTokenRotateResult: Codable, Hashable, Sendable {
    public var deviceId: String
    public var role: String
    public var token: String
    public var scopes: [String]
    public var rotatedAtMs: Int

    public init(deviceId: String, role: String, token: String, scopes: [String], rotatedAtMs: Int) {
        self.deviceId = deviceId
        self.role = role
        self.token = token
        self.scopes = scopes
        self.rotatedAtMs = rotatedAtMs
    }
}

/// `text` and `page` (HTML) come beside the figures.
public struct DigestGetParamsFormat: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let figures = DigestGetParamsFormat(rawValue: "figures")
    public static let text = DigestGetParamsFormat(rawValue: "text")
    public static let page = DigestGetParamsFormat(rawValue: "page")
}

public struct DigestGetParams: Codable, Hashable, Sendable {
    /// On the agency's calendar. Default yesterday.
    public var date: String?
    /// `text` and `page` (HTML) come beside the figures.
    public var format: DigestGetParamsFormat?

    public init(date: String? = nil, format: DigestGetParamsFormat? = nil) {
        self.date = date
        self.format = format
    }
}

public struct DigestGetResult: Codable, Hashable, Sendable {
    public var digest: [String: AnyCodable]
    public var text: String?
    public var page: String?

    public init(digest: [String: AnyCodable], text: String? = nil, page: String? = nil) {
        self.digest = digest
        self.text = text
        self.page = page
    }
}

/// An AI was disclosed as one in a conversation.
public struct DisclosureEntry: Codable, Hashable, Sendable {
    public var sessionKey: String
    /// The reply it stood in.
    public var messageId: String
    public var text: String
    public var textHash: String
    public var locale: String
    public var at: String

    public init(sessionKey: String, messageId: String, text: String, textHash: String, locale: String, at: String) {
        self.sessionKey = sessionKey
        self.messageId = messageId
        self.text = text
        self.textHash = textHash
        self.locale = locale
        self.at = at
    }
}

public struct ErasureCertificateState: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let complete = ErasureCertificateState(rawValue: "complete")
    public static let incomplete = ErasureCertificateState(rawValue: "incomplete")
}

public struct ErasureCertificateStoresItem: Codable, Hashable, Sendable {
    public var name: String
    public var removed: Int

    public init(name: String, removed: Int) {
        self.name = name
        self.removed = removed
    }
}

public struct ErasureCertificateHoldsItem: Codable, Hashable, Sendable {
    public var what: String
    public var basis: String
    public var until: String
    public var `where`: String

    public init(what: String, basis: String, until: String, `where`: String) {
        self.what = what
        self.basis = basis
        self.until = until
        self.`where` = `where`
    }
}

public struct ErasureCertificateScanResidueItem: Codable, Hashable, Sendable {
    public var place: String
    public var identifiers: Int

    public init(place: String, identifiers: Int) {
        self.place = place
        self.identifiers = identifiers
    }
}

public struct ErasureCertificateScan: Codable, Hashable, Sendable {
    public var files: Int
    public var bytes: Int
    public var rows: Int
    public var identifiers: Int
    public var forms: Int
    public var held: Int
    public var residue: [ErasureCertificateScanResidueItem]
    public var residueAccepted: Bool?

    public init(files: Int, bytes: Int, rows: Int, identifiers: Int, forms: Int, held: Int, residue: [ErasureCertificateScanResidueItem], residueAccepted: Bool? = nil) {
        self.files = files
        self.bytes = bytes
        self.rows = rows
        self.identifiers = identifiers
        self.forms = forms
        self.held = held
        self.residue = residue
        self.residueAccepted = residueAccepted
    }
}

public struct ErasureCertificateSignature: Codable, Hashable, Sendable {
    public var algorithm: String
    public var value: String

    public init(algorithm: String, value: String) {
        self.algorithm = algorithm
        self.value = value
    }
}

/// What was removed of a person, what a law keeps, and what a look at every file found. Nothing in it names anybody.
public struct ErasureCertificate: Codable, Hashable, Sendable {
    public var kind: String
    public var version: Double
    public var id: String
    /// SHA-256 of the customer's id, hex.
    public var subject: String
    public var state: ErasureCertificateState
    public var reason: String
    public var by: String
    public var forced: Bool?
    public var requestedAt: String
    public var completedAt: String
    public var stores: [ErasureCertificateStoresItem]
    public var holds: [ErasureCertificateHoldsItem]
    public var scan: ErasureCertificateScan
    public var signature: ErasureCertificateSignature

    public init(kind: String, version: Double, id: String, subject: String, state: ErasureCertificateState, reason: String, by: String, forced: Bool? = nil, requestedAt: String, completedAt: String, stores: [ErasureCertificateStoresItem], holds: [ErasureCertificateHoldsItem], scan: ErasureCertificateScan, signature: ErasureCertificateSignature) {
        self.kind = kind
        self.version = version
        self.id = id
        self.subject = subject
        self.state = state
        self.reason = reason
        self.by = by
        self.forced = forced
        self.requestedAt = requestedAt
        self.completedAt = completedAt
        self.stores = stores
        self.holds = holds
        self.scan = scan
        self.signature = signature
    }
}

public struct ErrorCode: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let INVALID_REQUEST = ErrorCode(rawValue: "INVALID_REQUEST")
    public static let UNAUTHORIZED = ErrorCode(rawValue: "UNAUTHORIZED")
    public static let FORBIDDEN = ErrorCode(rawValue: "FORBIDDEN")
    public static let NOT_PAIRED = ErrorCode(rawValue: "NOT_PAIRED")
    public static let NOT_FOUND = ErrorCode(rawValue: "NOT_FOUND")
    public static let METHOD_NOT_ALLOWED = ErrorCode(rawValue: "METHOD_NOT_ALLOWED")
    public static let CONFLICT = ErrorCode(rawValue: "CONFLICT")
    public static let PAYLOAD_TOO_LARGE = ErrorCode(rawValue: "PAYLOAD_TOO_LARGE")
    public static let RATE_LIMITED = ErrorCode(rawValue: "RATE_LIMITED")
    public static let CONFIG_INVALID = ErrorCode(rawValue: "CONFIG_INVALID")
    public static let IDEMPOTENCY_MISMATCH = ErrorCode(rawValue: "IDEMPOTENCY_MISMATCH")
    public static let IN_PROGRESS = ErrorCode(rawValue: "IN_PROGRESS")
    public static let TOOL_NOT_ALLOWED = ErrorCode(rawValue: "TOOL_NOT_ALLOWED")
    public static let SCOPE_VIOLATION = ErrorCode(rawValue: "SCOPE_VIOLATION")
    public static let TAINTED = ErrorCode(rawValue: "TAINTED")
    public static let POLICY_DENIED = ErrorCode(rawValue: "POLICY_DENIED")
    public static let CONFIRMATION_REQUIRED = ErrorCode(rawValue: "CONFIRMATION_REQUIRED")
    public static let APPROVAL_REQUIRED = ErrorCode(rawValue: "APPROVAL_REQUIRED")
    public static let APPROVAL_NOT_FOUND = ErrorCode(rawValue: "APPROVAL_NOT_FOUND")
    public static let LOOP_LIMIT = ErrorCode(rawValue: "LOOP_LIMIT")
    public static let OFFER_EXPIRED = ErrorCode(rawValue: "OFFER_EXPIRED")
    public static let OFFER_NOT_FOUND = ErrorCode(rawValue: "OFFER_NOT_FOUND")
    public static let PRICE_CHANGED = ErrorCode(rawValue: "PRICE_CHANGED")
    public static let SOLD_OUT = ErrorCode(rawValue: "SOLD_OUT")
    public static let SUPPLIER_REJECTED = ErrorCode(rawValue: "SUPPLIER_REJECTED")
    public static let SUPPLIER_UNAVAILABLE = ErrorCode(rawValue: "SUPPLIER_UNAVAILABLE")
    public static let OUTCOME_UNKNOWN = ErrorCode(rawValue: "OUTCOME_UNKNOWN")
    public static let MODEL_AUTH = ErrorCode(rawValue: "MODEL_AUTH")
    public static let MODEL_RATE_LIMITED = ErrorCode(rawValue: "MODEL_RATE_LIMITED")
    public static let MODEL_OVERLOADED = ErrorCode(rawValue: "MODEL_OVERLOADED")
    public static let MODEL_REJECTED = ErrorCode(rawValue: "MODEL_REJECTED")
    public static let MODEL_INTERRUPTED = ErrorCode(rawValue: "MODEL_INTERRUPTED")
    public static let CANCELLED = ErrorCode(rawValue: "CANCELLED")
    public static let TIMEOUT = ErrorCode(rawValue: "TIMEOUT")
    public static let UNAVAILABLE = ErrorCode(rawValue: "UNAVAILABLE")
    public static let STORAGE_BUSY = ErrorCode(rawValue: "STORAGE_BUSY")
    public static let STORAGE_FULL = ErrorCode(rawValue: "STORAGE_FULL")
    public static let STORAGE_CORRUPT = ErrorCode(rawValue: "STORAGE_CORRUPT")
    public static let INTERNAL = ErrorCode(rawValue: "INTERNAL")
}

public struct ErrorShape: Codable, Hashable, Sendable {
    public var code: String
    public var message: String
    public var details: AnyCodable?
    public var retryable: Bool?
    public var retryAfterMs: Int?

    public init(code: String, message: String, details: AnyCodable? = nil, retryable: Bool? = nil, retryAfterMs: Int? = nil) {
        self.code = code
        self.message = message
        self.details = details
        self.retryable = retryable
        self.retryAfterMs = retryAfterMs
    }
}

public struct EventFrame: Codable, Hashable, Sendable {
    public var type: String
    public var event: String
    public var payload: AnyCodable?
    /// Counts the events this connection was sent, from 1; a jump means that the client missed some and should refresh.
    public var seq: Int?
    public var stateVersion: StateVersion?

    public init(type: String, event: String, payload: AnyCodable? = nil, seq: Int? = nil, stateVersion: StateVersion? = nil) {
        self.type = type
        self.event = event
        self.payload = payload
        self.seq = seq
        self.stateVersion = stateVersion
    }
}

public struct ExecAllowlistEntry: Codable, Hashable, Sendable {
    public var id: String?
    /// Path of an executable; `*` and `?` stay within one directory, `**` crosses them.
    public var pattern: String
    /// Counts on this node alone. Absent: on every node.
    public var nodeId: String?
    public var lastUsedAt: Int?
    public var lastUsedCommand: String?
    public var lastResolvedPath: String?

    public init(id: String? = nil, pattern: String, nodeId: String? = nil, lastUsedAt: Int? = nil, lastUsedCommand: String? = nil, lastResolvedPath: String? = nil) {
        self.id = id
        self.pattern = pattern
        self.nodeId = nodeId
        self.lastUsedAt = lastUsedAt
        self.lastUsedCommand = lastUsedCommand
        self.lastResolvedPath = lastResolvedPath
    }
}

public struct ExecApproval: Codable, Hashable, Sendable {
    public var id: String
    public var request: ExecApprovalRequest
    public var requestedBy: String
    public var createdAtMs: Int
    public var expiresAtMs: Int

    public init(id: String, request: ExecApprovalRequest, requestedBy: String, createdAtMs: Int, expiresAtMs: Int) {
        self.id = id
        self.request = request
        self.requestedBy = requestedBy
        self.createdAtMs = createdAtMs
        self.expiresAtMs = expiresAtMs
    }
}

public struct ExecApprovalGetParams: Codable, Hashable, Sendable {
    public var id: String

    public init(id: String) {
        self.id = id
    }
}

public struct ExecApprovalGetResult: Codable, Hashable, Sendable {
    public var approval: ExecApproval

    public init(approval: ExecApproval) {
        self.approval = approval
    }
}

public struct ExecApprovalListParams: Codable, Hashable, Sendable {
    public init() {}
}

public struct ExecApprovalListResult: Codable, Hashable, Sendable {
    public var approvals: [ExecApproval]

    public init(approvals: [ExecApproval]) {
        self.approvals = approvals
    }
}

/// What somebody asks leave for. With `argv` a yes covers exactly `argv`, `cwd`, `env` and `nodeId`.
public struct ExecApprovalRequest: Codable, Hashable, Sendable {
    /// For people.
    public var command: String
    public var argv: [String]?
    public var env: [String: String]?
    public var cwd: String?
    public var nodeId: String?
    /// Hash of what a yes covers.
    public var actionHash: String
    public var unavailableDecisions: [String]?

    public init(command: String, argv: [String]? = nil, env: [String: String]? = nil, cwd: String? = nil, nodeId: String? = nil, actionHash: String, unavailableDecisions: [String]? = nil) {
        self.command = command
        self.argv = argv
        self.env = env
        self.cwd = cwd
        self.nodeId = nodeId
        self.actionHash = actionHash
        self.unavailableDecisions = unavailableDecisions
    }
}

public struct ExecApprovalRequestParams: Codable, Hashable, Sendable {
    public var id: String?
    /// A line for a shell. It is shown, and covers nothing but the shell with this line as its argument.
    public var command: String?
    public var commandArgv: [String]?
    public var cwd: String?
    public var env: [String: String]?
    public var nodeId: String?
    public var host: String?
    public var security: String?
    public var ask: String?
    public var agentId: String?
    public var resolvedPath: String?
    public var sessionKey: String?
    public var timeoutMs: Int?

    public init(id: String? = nil, command: String? = nil, commandArgv: [String]? = nil, cwd: String? = nil, env: [String: String]? = nil, nodeId: String? = nil, host: String? = nil, security: String? = nil, ask: String? = nil, agentId: String? = nil, resolvedPath: String? = nil, sessionKey: String? = nil, timeoutMs: Int? = nil) {
        self.id = id
        self.command = command
        self.commandArgv = commandArgv
        self.cwd = cwd
        self.env = env
        self.nodeId = nodeId
        self.host = host
        self.security = security
        self.ask = ask
        self.agentId = agentId
        self.resolvedPath = resolvedPath
        self.sessionKey = sessionKey
        self.timeoutMs = timeoutMs
    }
}

public struct ExecApprovalRequestParsedParams: Codable, Hashable, Sendable {
    public var id: String?
    public var command: String?
    public var commandArgv: [String]?
    public var cwd: String?
    public var env: [String: String]?
    public var nodeId: String?
    public var host: String?
    public var security: String?
    public var ask: String?
    public var agentId: String?
    public var resolvedPath: String?
    public var sessionKey: String?
    public var timeoutMs: Int

    public init(id: String? = nil, command: String? = nil, commandArgv: [String]? = nil, cwd: String? = nil, env: [String: String]? = nil, nodeId: String? = nil, host: String? = nil, security: String? = nil, ask: String? = nil, agentId: String? = nil, resolvedPath: String? = nil, sessionKey: String? = nil, timeoutMs: Int) {
        self.id = id
        self.command = command
        self.commandArgv = commandArgv
        self.cwd = cwd
        self.env = env
        self.nodeId = nodeId
        self.host = host
        self.security = security
        self.ask = ask
        self.agentId = agentId
        self.resolvedPath = resolvedPath
        self.sessionKey = sessionKey
        self.timeoutMs = timeoutMs
    }
}

public struct ExecApprovalRequestResultDecision: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let allowOnce = ExecApprovalRequestResultDecision(rawValue: "allow-once")
    public static let allowAlways = ExecApprovalRequestResultDecision(rawValue: "allow-always")
    public static let deny = ExecApprovalRequestResultDecision(rawValue: "deny")
}

public struct ExecApprovalRequestResult: Codable, Hashable, Sendable {
    public var id: String
    public var decision: ExecApprovalRequestResultDecision?
    public var createdAtMs: Int
    public var expiresAtMs: Int

    public init(id: String, decision: ExecApprovalRequestResultDecision? = nil, createdAtMs: Int, expiresAtMs: Int) {
        self.id = id
        self.decision = decision
        self.createdAtMs = createdAtMs
        self.expiresAtMs = expiresAtMs
    }
}

public struct ExecApprovalRequestedEvent: Codable, Hashable, Sendable {
    public var id: String
    public var request: ExecApprovalRequest
    public var createdAtMs: Int
    public var expiresAtMs: Int

    public init(id: String, request: ExecApprovalRequest, createdAtMs: Int, expiresAtMs: Int) {
        self.id = id
        self.request = request
        self.createdAtMs = createdAtMs
        self.expiresAtMs = expiresAtMs
    }
}

public struct ExecApprovalResolveParamsDecision: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let allowOnce = ExecApprovalResolveParamsDecision(rawValue: "allow-once")
    public static let allowAlways = ExecApprovalResolveParamsDecision(rawValue: "allow-always")
    public static let deny = ExecApprovalResolveParamsDecision(rawValue: "deny")
}

public struct ExecApprovalResolveParams: Codable, Hashable, Sendable {
    public var id: String
    public var decision: ExecApprovalResolveParamsDecision

    public init(id: String, decision: ExecApprovalResolveParamsDecision) {
        self.id = id
        self.decision = decision
    }
}

public struct ExecApprovalResolveResult: Codable, Hashable, Sendable {
    public var ok: Bool

    public init(ok: Bool) {
        self.ok = ok
    }
}

public struct ExecApprovalResolvedEvent: Codable, Hashable, Sendable {
    public var id: String
    public var decision: String?
    public var resolvedBy: String?
    public var ts: Int

    public init(id: String, decision: String? = nil, resolvedBy: String? = nil, ts: Int) {
        self.id = id
        self.decision = decision
        self.resolvedBy = resolvedBy
        self.ts = ts
    }
}

public struct ExecApprovalsFileSocket: Codable, Hashable, Sendable {
    public var path: String?
    public var token: String?

    public init(path: String? = nil, token: String? = nil) {
        self.path = path
        self.token = token
    }
}

public struct ExecApprovalsFileDefaults: Codable, Hashable, Sendable {
    public var security: ExecSecurity?
    public var ask: ExecAsk?
    public var askFallback: ExecSecurity?
    public var autoAllowSkills: Bool?

    public init(security: ExecSecurity? = nil, ask: ExecAsk? = nil, askFallback: ExecSecurity? = nil, autoAllowSkills: Bool? = nil) {
        self.security = security
        self.ask = ask
        self.askFallback = askFallback
        self.autoAllowSkills = autoAllowSkills
    }
}

public struct ExecApprovalsFileAgentsValue: Codable, Hashable, Sendable {
    public var security: ExecSecurity?
    public var ask: ExecAsk?
    public var askFallback: ExecSecurity?
    public var autoAllowSkills: Bool?
    public var allowlist: [ExecAllowlistEntry]?

    public init(security: ExecSecurity? = nil, ask: ExecAsk? = nil, askFallback: ExecSecurity? = nil, autoAllowSkills: Bool? = nil, allowlist: [ExecAllowlistEntry]? = nil) {
        self.security = security
        self.ask = ask
        self.askFallback = askFallback
        self.autoAllowSkills = autoAllowSkills
        self.allowlist = allowlist
    }
}

/// The rules for commands of the system, as `exec-approvals.json` has them. The agent `*` stands for all.
public struct ExecApprovalsFile: Codable, Hashable, Sendable {
    public var version: Double
    public var socket: ExecApprovalsFileSocket?
    public var defaults: ExecApprovalsFileDefaults?
    public var agents: [String: ExecApprovalsFileAgentsValue]?

    public init(version: Double, socket: ExecApprovalsFileSocket? = nil, defaults: ExecApprovalsFileDefaults? = nil, agents: [String: ExecApprovalsFileAgentsValue]? = nil) {
        self.version = version
        self.socket = socket
        self.defaults = defaults
        self.agents = agents
    }
}

public struct ExecApprovalsGetParams: Codable, Hashable, Sendable {
    public init() {}
}

public struct ExecApprovalsGetResult: Codable, Hashable, Sendable {
    public var path: String
    public var exists: Bool
    public var hash: String
    public var file: ExecApprovalsFile

    public init(path: String, exists: Bool, hash: String, file: ExecApprovalsFile) {
        self.path = path
        self.exists = exists
        self.hash = hash
        self.file = file
    }
}

public struct ExecApprovalsNodeGetParams: Codable, Hashable, Sendable {
    public var nodeId: String

    public init(nodeId: String) {
        self.nodeId = nodeId
    }
}

public struct ExecApprovalsNodeGetResult: Codable, Hashable, Sendable {
    public var path: String
    public var exists: Bool
    public var hash: String
    public var file: ExecApprovalsFile

    public init(path: String, exists: Bool, hash: String, file: ExecApprovalsFile) {
        self.path = path
        self.exists = exists
        self.hash = hash
        self.file = file
    }
}

public struct ExecApprovalsNodeSetParams: Codable, Hashable, Sendable {
    public var nodeId: String
    public var file: ExecApprovalsFile
    public var baseHash: String?

    public init(nodeId: String, file: ExecApprovalsFile, baseHash: String? = nil) {
        self.nodeId = nodeId
        self.file = file
        self.baseHash = baseHash
    }
}

public struct ExecApprovalsNodeSetResult: Codable, Hashable, Sendable {
    public var path: String
    public var exists: Bool
    public var hash: String
    public var file: ExecApprovalsFile

    public init(path: String, exists: Bool, hash: String, file: ExecApprovalsFile) {
        self.path = path
        self.exists = exists
        self.hash = hash
        self.file = file
    }
}

public struct ExecApprovalsSetParams: Codable, Hashable, Sendable {
    public var file: ExecApprovalsFile
    public var baseHash: String?

    public init(file: ExecApprovalsFile, baseHash: String? = nil) {
        self.file = file
        self.baseHash = baseHash
    }
}

public struct ExecApprovalsSetResult: Codable, Hashable, Sendable {
    public var path: String
    public var exists: Bool
    public var hash: String
    public var file: ExecApprovalsFile

    public init(path: String, exists: Bool, hash: String, file: ExecApprovalsFile) {
        self.path = path
        self.exists = exists
        self.hash = hash
        self.file = file
    }
}

/// When a person is asked: never, when a command is not on the allowlist, always.
public struct ExecAsk: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let off = ExecAsk(rawValue: "off")
    public static let onMiss = ExecAsk(rawValue: "on-miss")
    public static let always = ExecAsk(rawValue: "always")
}

/// How much a command may do without a person: nothing, what is on the allowlist, anything.
public struct ExecSecurity: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let deny = ExecSecurity(rawValue: "deny")
    public static let allowlist = ExecSecurity(rawValue: "allowlist")
    public static let full = ExecSecurity(rawValue: "full")
}

public struct HealthEvent: Codable, Hashable, Sendable {
    public var ok: Bool
    public var ts: Int
    public var degraded: [String]

    public init(ok: Bool, ts: Int, degraded: [String]) {
        self.ok = ok
        self.ts = ts
        self.degraded = degraded
    }
}

public struct HealthParams: Codable, Hashable, Sendable {
    public var probe: Bool?

    public init(probe: Bool? = nil) {
        self.probe = probe
    }
}

public struct HealthResult: Codable, Hashable, Sendable {
    public var ok: Bool
    public var ts: Double

    public init(ok: Bool, ts: Double) {
        self.ok = ok
        self.ts = ts
    }
}

public struct HeartbeatEventStatus: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let sent = HeartbeatEventStatus(rawValue: "sent")
    public static let okEmpty = HeartbeatEventStatus(rawValue: "ok-empty")
    public static let okToken = HeartbeatEventStatus(rawValue: "ok-token")
    public static let skipped = HeartbeatEventStatus(rawValue: "skipped")
    public static let failed = HeartbeatEventStatus(rawValue: "failed")
}

public struct HeartbeatEvent: Codable, Hashable, Sendable {
    public var ts: Int
    public var status: HeartbeatEventStatus

    public init(ts: Int, status: HeartbeatEventStatus) {
        self.ts = ts
        self.status = status
    }
}

public struct HelloOkServer: Codable, Hashable, Sendable {
    public var version: String
    public var connId: String
    public var host: String?

    public init(version: String, connId: String, host: String? = nil) {
        self.version = version
        self.connId = connId
        self.host = host
    }
}

public struct HelloOkFeatures: Codable, Hashable, Sendable {
    public var methods: [String]
    public var events: [String]

    public init(methods: [String], events: [String]) {
        self.methods = methods
        self.events = events
    }
}

public struct HelloOkSnapshotSessionDefaults: Codable, Hashable, Sendable {
    public var defaultAgentId: String
    public var mainKey: String
    public var mainSessionKey: String
    public var scope: String?

    public init(defaultAgentId: String, mainKey: String, mainSessionKey: String, scope: String? = nil) {
        self.defaultAgentId = defaultAgentId
        self.mainKey = mainKey
        self.mainSessionKey = mainSessionKey
        self.scope = scope
    }
}

public struct HelloOkSnapshot: Codable, Hashable, Sendable {
    public var presence: [PresenceEntry]
    public var health: AnyCodable
    public var stateVersion: StateVersion
    public var uptimeMs: Int
    public var sessionDefaults: HelloOkSnapshotSessionDefaults?

    public init(presence: [PresenceEntry], health: AnyCodable, stateVersion: StateVersion, uptimeMs: Int, sessionDefaults: HelloOkSnapshotSessionDefaults? = nil) {
        self.presence = presence
        self.health = health
        self.stateVersion = stateVersion
        self.uptimeMs = uptimeMs
        self.sessionDefaults = sessionDefaults
    }
}

public struct HelloOkAuth: Codable, Hashable, Sendable {
    public var role: String
    public var scopes: [String]
    public var deviceToken: String?
    public var issuedAtMs: Int?

    public init(role: String, scopes: [String], deviceToken: String? = nil, issuedAtMs: Int? = nil) {
        self.role = role
        self.scopes = scopes
        self.deviceToken = deviceToken
        self.issuedAtMs = issuedAtMs
    }
}

public struct HelloOkPolicy: Codable, Hashable, Sendable {
    public var maxPayload: Int
    public var maxBufferedBytes: Int
    public var tickIntervalMs: Int

    public init(maxPayload: Int, maxBufferedBytes: Int, tickIntervalMs: Int) {
        self.maxPayload = maxPayload
        self.maxBufferedBytes = maxBufferedBytes
        self.tickIntervalMs = tickIntervalMs
    }
}

public struct HelloOk: Codable, Hashable, Sendable {
    public var type: String
    public var `protocol`: Int
    public var server: HelloOkServer
    public var features: HelloOkFeatures
    public var snapshot: HelloOkSnapshot
    public var auth: HelloOkAuth?
    public var policy: HelloOkPolicy

    public init(type: String, `protocol`: Int, server: HelloOkServer, features: HelloOkFeatures, snapshot: HelloOkSnapshot, auth: HelloOkAuth? = nil, policy: HelloOkPolicy) {
        self.type = type
        self.`protocol` = `protocol`
        self.server = server
        self.features = features
        self.snapshot = snapshot
        self.auth = auth
        self.policy = policy
    }
}

public struct LastHeartbeatParams: Codable, Hashable, Sendable {
    public init() {}
}

public struct LastHeartbeatResultValue: Codable, Hashable, Sendable {
    public var ts: Double
    public var status: String

    public init(ts: Double, status: String) {
        self.ts = ts
        self.status = status
    }
}

public typealias LastHeartbeatResult = LastHeartbeatResultValue

public struct LeadsCreateParamsNextStep: Codable, Hashable, Sendable {
    public var what: String
    public var dueAt: String?

    public init(what: String, dueAt: String? = nil) {
        self.what = what
        self.dueAt = dueAt
    }
}

public struct LeadsCreateParams: Codable, Hashable, Sendable {
    public var sessionKey: String?
    public var customerId: String?
    public var summary: String
    public var source: String?
    public var destination: String?
    public var dates: String?
    public var budget: String?
    public var owner: String?
    public var nextStep: LeadsCreateParamsNextStep?
    public var expectedValue: Money?
    public var idempotencyKey: String

    public init(sessionKey: String? = nil, customerId: String? = nil, summary: String, source: String? = nil, destination: String? = nil, dates: String? = nil, budget: String? = nil, owner: String? = nil, nextStep: LeadsCreateParamsNextStep? = nil, expectedValue: Money? = nil, idempotencyKey: String) {
        self.sessionKey = sessionKey
        self.customerId = customerId
        self.summary = summary
        self.source = source
        self.destination = destination
        self.dates = dates
        self.budget = budget
        self.owner = owner
        self.nextStep = nextStep
        self.expectedValue = expectedValue
        self.idempotencyKey = idempotencyKey
    }
}

public struct LeadsCreateResultLeadStage: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let new = LeadsCreateResultLeadStage(rawValue: "new")
    public static let contacted = LeadsCreateResultLeadStage(rawValue: "contacted")
    public static let qualified = LeadsCreateResultLeadStage(rawValue: "qualified")
    public static let quoted = LeadsCreateResultLeadStage(rawValue: "quoted")
    public static let won = LeadsCreateResultLeadStage(rawValue: "won")
    public static let lost = LeadsCreateResultLeadStage(rawValue: "lost")
}

public struct LeadsCreateResultLeadNextStep: Codable, Hashable, Sendable {
    public var what: String
    public var dueAt: String?

    public init(what: String, dueAt: String? = nil) {
        self.what = what
        self.dueAt = dueAt
    }
}

public struct LeadsCreateResultLead: Codable, Hashable, Sendable {
    public var id: String
    public var sessionKey: String
    public var customerId: String?
    public var source: String
    public var summary: String
    public var destination: String?
    public var dates: String?
    public var budget: String?
    public var stage: LeadsCreateResultLeadStage
    public var lostReason: String?
    public var owner: String?
    public var nextStep: LeadsCreateResultLeadNextStep?
    public var expectedValue: Money?
    public var createdAt: String
    public var updatedAt: String
    public var version: Int

    public init(id: String, sessionKey: String, customerId: String? = nil, source: String, summary: String, destination: String? = nil, dates: String? = nil, budget: String? = nil, stage: LeadsCreateResultLeadStage, lostReason: String? = nil, owner: String? = nil, nextStep: LeadsCreateResultLeadNextStep? = nil, expectedValue: Money? = nil, createdAt: String, updatedAt: String, version: Int) {
        self.id = id
        self.sessionKey = sessionKey
        self.customerId = customerId
        self.source = source
        self.summary = summary
        self.destination = destination
        self.dates = dates
        self.budget = budget
        self.stage = stage
        self.lostReason = lostReason
        self.owner = owner
        self.nextStep = nextStep
        self.expectedValue = expectedValue
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.version = version
    }
}

public struct LeadsCreateResult: Codable, Hashable, Sendable {
    public var lead: LeadsCreateResultLead

    public init(lead: LeadsCreateResultLead) {
        self.lead = lead
    }
}

public struct LeadsGetParams: Codable, Hashable, Sendable {
    public var id: String

    public init(id: String) {
        self.id = id
    }
}

public struct LeadsGetResultLeadStage: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let new = LeadsGetResultLeadStage(rawValue: "new")
    public static let contacted = LeadsGetResultLeadStage(rawValue: "contacted")
    public static let qualified = LeadsGetResultLeadStage(rawValue: "qualified")
    public static let quoted = LeadsGetResultLeadStage(rawValue: "quoted")
    public static let won = LeadsGetResultLeadStage(rawValue: "won")
    public static let lost = LeadsGetResultLeadStage(rawValue: "lost")
}

public struct LeadsGetResultLeadNextStep: Codable, Hashable, Sendable {
    public var what: String
    public var dueAt: String?

    public init(what: String, dueAt: String? = nil) {
        self.what = what
        self.dueAt = dueAt
    }
}

public struct LeadsGetResultLead: Codable, Hashable, Sendable {
    public var id: String
    public var sessionKey: String
    public var customerId: String?
    public var source: String
    public var summary: String
    public var destination: String?
    public var dates: String?
    public var budget: String?
    public var stage: LeadsGetResultLeadStage
    public var lostReason: String?
    public var owner: String?
    public var nextStep: LeadsGetResultLeadNextStep?
    public var expectedValue: Money?
    public var createdAt: String
    public var updatedAt: String
    public var version: Int

    public init(id: String, sessionKey: String, customerId: String? = nil, source: String, summary: String, destination: String? = nil, dates: String? = nil, budget: String? = nil, stage: LeadsGetResultLeadStage, lostReason: String? = nil, owner: String? = nil, nextStep: LeadsGetResultLeadNextStep? = nil, expectedValue: Money? = nil, createdAt: String, updatedAt: String, version: Int) {
        self.id = id
        self.sessionKey = sessionKey
        self.customerId = customerId
        self.source = source
        self.summary = summary
        self.destination = destination
        self.dates = dates
        self.budget = budget
        self.stage = stage
        self.lostReason = lostReason
        self.owner = owner
        self.nextStep = nextStep
        self.expectedValue = expectedValue
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.version = version
    }
}

public struct LeadsGetResultHistoryItemStage: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let new = LeadsGetResultHistoryItemStage(rawValue: "new")
    public static let contacted = LeadsGetResultHistoryItemStage(rawValue: "contacted")
    public static let qualified = LeadsGetResultHistoryItemStage(rawValue: "qualified")
    public static let quoted = LeadsGetResultHistoryItemStage(rawValue: "quoted")
    public static let won = LeadsGetResultHistoryItemStage(rawValue: "won")
    public static let lost = LeadsGetResultHistoryItemStage(rawValue: "lost")
}

public struct LeadsGetResultHistoryItem: Codable, Hashable, Sendable {
    public var stage: LeadsGetResultHistoryItemStage
    public var reason: String?
    public var by: String
    public var at: String

    public init(stage: LeadsGetResultHistoryItemStage, reason: String? = nil, by: String, at: String) {
        self.stage = stage
        self.reason = reason
        self.by = by
        self.at = at
    }
}

public struct LeadsGetResult: Codable, Hashable, Sendable {
    public var lead: LeadsGetResultLead
    public var history: [LeadsGetResultHistoryItem]

    public init(lead: LeadsGetResultLead, history: [LeadsGetResultHistoryItem]) {
        self.lead = lead
        self.history = history
    }
}

public struct LeadsListParamsStage: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let new = LeadsListParamsStage(rawValue: "new")
    public static let contacted = LeadsListParamsStage(rawValue: "contacted")
    public static let qualified = LeadsListParamsStage(rawValue: "qualified")
    public static let quoted = LeadsListParamsStage(rawValue: "quoted")
    public static let won = LeadsListParamsStage(rawValue: "won")
    public static let lost = LeadsListParamsStage(rawValue: "lost")
}

public struct LeadsListParams: Codable, Hashable, Sendable {
    public var stage: LeadsListParamsStage?
    public var owner: String?
    public var customerId: String?
    public var sessionKey: String?
    public var limit: Int?
    public var cursor: String?

    public init(stage: LeadsListParamsStage? = nil, owner: String? = nil, customerId: String? = nil, sessionKey: String? = nil, limit: Int? = nil, cursor: String? = nil) {
        self.stage = stage
        self.owner = owner
        self.customerId = customerId
        self.sessionKey = sessionKey
        self.limit = limit
        self.cursor = cursor
    }
}

public struct LeadsListResultLeadsItemStage: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let new = LeadsListResultLeadsItemStage(rawValue: "new")
    public static let contacted = LeadsListResultLeadsItemStage(rawValue: "contacted")
    public static let qualified = LeadsListResultLeadsItemStage(rawValue: "qualified")
    public static let quoted = LeadsListResultLeadsItemStage(rawValue: "quoted")
    public static let won = LeadsListResultLeadsItemStage(rawValue: "won")
    public static let lost = LeadsListResultLeadsItemStage(rawValue: "lost")
}

public struct LeadsListResultLeadsItemNextStep: Codable, Hashable, Sendable {
    public var what: String
    public var dueAt: String?

    public init(what: String, dueAt: String? = nil) {
        self.what = what
        self.dueAt = dueAt
    }
}

public struct LeadsListResultLeadsItem: Codable, Hashable, Sendable {
    public var id: String
    public var sessionKey: String
    public var customerId: String?
    public var source: String
    public var summary: String
    public var destination: String?
    public var dates: String?
    public var budget: String?
    public var stage: LeadsListResultLeadsItemStage
    public var lostReason: String?
    public var owner: String?
    public var nextStep: LeadsListResultLeadsItemNextStep?
    public var expectedValue: Money?
    public var createdAt: String
    public var updatedAt: String
    public var version: Int

    public init(id: String, sessionKey: String, customerId: String? = nil, source: String, summary: String, destination: String? = nil, dates: String? = nil, budget: String? = nil, stage: LeadsListResultLeadsItemStage, lostReason: String? = nil, owner: String? = nil, nextStep: LeadsListResultLeadsItemNextStep? = nil, expectedValue: Money? = nil, createdAt: String, updatedAt: String, version: Int) {
        self.id = id
        self.sessionKey = sessionKey
        self.customerId = customerId
        self.source = source
        self.summary = summary
        self.destination = destination
        self.dates = dates
        self.budget = budget
        self.stage = stage
        self.lostReason = lostReason
        self.owner = owner
        self.nextStep = nextStep
        self.expectedValue = expectedValue
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.version = version
    }
}

public struct LeadsListResult: Codable, Hashable, Sendable {
    public var leads: [LeadsListResultLeadsItem]
    public var nextCursor: String?

    public init(leads: [LeadsListResultLeadsItem], nextCursor: String? = nil) {
        self.leads = leads
        self.nextCursor = nextCursor
    }
}

public struct LeadsUpdateParamsStage: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let new = LeadsUpdateParamsStage(rawValue: "new")
    public static let contacted = LeadsUpdateParamsStage(rawValue: "contacted")
    public static let qualified = LeadsUpdateParamsStage(rawValue: "qualified")
    public static let quoted = LeadsUpdateParamsStage(rawValue: "quoted")
    public static let won = LeadsUpdateParamsStage(rawValue: "won")
    public static let lost = LeadsUpdateParamsStage(rawValue: "lost")
}

public struct LeadsUpdateParamsNextStep: Codable, Hashable, Sendable {
    public var what: String
    public var dueAt: String?

    public init(what: String, dueAt: String? = nil) {
        self.what = what
        self.dueAt = dueAt
    }
}

public struct LeadsUpdateParams: Codable, Hashable, Sendable {
    public var id: String
    public var stage: LeadsUpdateParamsStage?
    public var lostReason: String?
    public var owner: String?
    public var nextStep: LeadsUpdateParamsNextStep?
    public var expectedValue: Money?
    public var summary: String?
    public var expectedVersion: Int?
    public var idempotencyKey: String

    public init(id: String, stage: LeadsUpdateParamsStage? = nil, lostReason: String? = nil, owner: String? = nil, nextStep: LeadsUpdateParamsNextStep? = nil, expectedValue: Money? = nil, summary: String? = nil, expectedVersion: Int? = nil, idempotencyKey: String) {
        self.id = id
        self.stage = stage
        self.lostReason = lostReason
        self.owner = owner
        self.nextStep = nextStep
        self.expectedValue = expectedValue
        self.summary = summary
        self.expectedVersion = expectedVersion
        self.idempotencyKey = idempotencyKey
    }
}

public struct LeadsUpdateResultLeadStage: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let new = LeadsUpdateResultLeadStage(rawValue: "new")
    public static let contacted = LeadsUpdateResultLeadStage(rawValue: "contacted")
    public static let qualified = LeadsUpdateResultLeadStage(rawValue: "qualified")
    public static let quoted = LeadsUpdateResultLeadStage(rawValue: "quoted")
    public static let won = LeadsUpdateResultLeadStage(rawValue: "won")
    public static let lost = LeadsUpdateResultLeadStage(rawValue: "lost")
}

public struct LeadsUpdateResultLeadNextStep: Codable, Hashable, Sendable {
    public var what: String
    public var dueAt: String?

    public init(what: String, dueAt: String? = nil) {
        self.what = what
        self.dueAt = dueAt
    }
}

public struct LeadsUpdateResultLead: Codable, Hashable, Sendable {
    public var id: String
    public var sessionKey: String
    public var customerId: String?
    public var source: String
    public var summary: String
    public var destination: String?
    public var dates: String?
    public var budget: String?
    public var stage: LeadsUpdateResultLeadStage
    public var lostReason: String?
    public var owner: String?
    public var nextStep: LeadsUpdateResultLeadNextStep?
    public var expectedValue: Money?
    public var createdAt: String
    public var updatedAt: String
    public var version: Int

    public init(id: String, sessionKey: String, customerId: String? = nil, source: String, summary: String, destination: String? = nil, dates: String? = nil, budget: String? = nil, stage: LeadsUpdateResultLeadStage, lostReason: String? = nil, owner: String? = nil, nextStep: LeadsUpdateResultLeadNextStep? = nil, expectedValue: Money? = nil, createdAt: String, updatedAt: String, version: Int) {
        self.id = id
        self.sessionKey = sessionKey
        self.customerId = customerId
        self.source = source
        self.summary = summary
        self.destination = destination
        self.dates = dates
        self.budget = budget
        self.stage = stage
        self.lostReason = lostReason
        self.owner = owner
        self.nextStep = nextStep
        self.expectedValue = expectedValue
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.version = version
    }
}

public struct LeadsUpdateResult: Codable, Hashable, Sendable {
    public var lead: LeadsUpdateResultLead

    public init(lead: LeadsUpdateResultLead) {
        self.lead = lead
    }
}

public struct LogsTailParams: Codable, Hashable, Sendable {
    public var cursor: Int?
    public var limit: Int?
    public var maxBytes: Int?
    /// The file that the cursor belongs to, as an earlier answer named it. Default the newest.
    public var file: String?

    public init(cursor: Int? = nil, limit: Int? = nil, maxBytes: Int? = nil, file: String? = nil) {
        self.cursor = cursor
        self.limit = limit
        self.maxBytes = maxBytes
        self.file = file
    }
}

public struct LogsTailResult: Codable, Hashable, Sendable {
    public var file: String
    public var cursor: Int
    public var size: Int
    public var lines: [String]
    public var truncated: Bool
    public var reset: Bool

    public init(file: String, cursor: Int, size: Int, lines: [String], truncated: Bool, reset: Bool) {
        self.file = file
        self.cursor = cursor
        self.size = size
        self.lines = lines
        self.truncated = truncated
        self.reset = reset
    }
}

public struct McpApproveParams: Codable, Hashable, Sendable {
    public var server: String
    public var tool: String
    public var hash: String

    public init(server: String, tool: String, hash: String) {
        self.server = server
        self.tool = tool
        self.hash = hash
    }
}

public struct McpApproveResult: Codable, Hashable, Sendable {
    public var server: String
    public var tool: String
    public var hash: String

    public init(server: String, tool: String, hash: String) {
        self.server = server
        self.tool = tool
        self.hash = hash
    }
}

public struct McpPendingParams: Codable, Hashable, Sendable {
    public var server: String

    public init(server: String) {
        self.server = server
    }
}

public struct McpPendingResult: Codable, Hashable, Sendable {
    public var server: String
    public var tools: [McpPendingTool]

    public init(server: String, tools: [McpPendingTool]) {
        self.server = server
        self.tools = tools
    }
}

/// A tool as its server describes it. The hash stands for all of it.
public struct McpPendingTool: Codable, Hashable, Sendable {
    public var name: String
    public var description: String
    public var inputSchema: [String: AnyCodable]
    public var hash: String

    public init(name: String, description: String, inputSchema: [String: AnyCodable], hash: String) {
        self.name = name
        self.description = description
        self.inputSchema = inputSchema
        self.hash = hash
    }
}

public struct McpServerStatusState: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let connecting = McpServerStatusState(rawValue: "connecting")
    public static let ready = McpServerStatusState(rawValue: "ready")
    public static let needsApproval = McpServerStatusState(rawValue: "needs-approval")
    public static let failed = McpServerStatusState(rawValue: "failed")
    public static let stopped = McpServerStatusState(rawValue: "stopped")
}

public struct McpServerStatusWaitingItemChange: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let new = McpServerStatusWaitingItemChange(rawValue: "new")
    public static let changed = McpServerStatusWaitingItemChange(rawValue: "changed")
}

public struct McpServerStatusWaitingItem: Codable, Hashable, Sendable {
    public var name: String
    public var description: String
    public var change: McpServerStatusWaitingItemChange

    public init(name: String, description: String, change: McpServerStatusWaitingItemChange) {
        self.name = name
        self.description = description
        self.change = change
    }
}

/// A server whose tools an agent may get.
public struct McpServerStatus: Codable, Hashable, Sendable {
    public var id: String
    public var state: McpServerStatusState
    /// Names of the tools an agent has now.
    public var offered: [String]
    /// Tools whose description nobody approved yet, or that changed since. The description is cut.
    public var waiting: [McpServerStatusWaitingItem]
    /// Why it is not there, or was not the last time.
    public var error: String?

    public init(id: String, state: McpServerStatusState, offered: [String], waiting: [McpServerStatusWaitingItem], error: String? = nil) {
        self.id = id
        self.state = state
        self.offered = offered
        self.waiting = waiting
        self.error = error
    }
}

public struct McpStatusParams: Codable, Hashable, Sendable {
    public init() {}
}

public struct McpStatusResult: Codable, Hashable, Sendable {
    public var servers: [McpServerStatus]

    public init(servers: [McpServerStatus]) {
        self.servers = servers
    }
}

/// `confirm` and `decline` answer the confirmation with this id, and nothing else.
public struct MessageActionType: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let confirm = MessageActionType(rawValue: "confirm")
    public static let decline = MessageActionType(rawValue: "decline")
}

/// A button. Pressing it sends `text` as the customer's message, together with `action` when there is one.
public struct MessageAction: Codable, Hashable, Sendable {
    /// `confirm` and `decline` answer the confirmation with this id, and nothing else.
    public var type: MessageActionType
    public var id: String

    public init(type: MessageActionType, id: String) {
        self.type = type
        self.id = id
    }
}

public struct ModelsListParamsView: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let `default` = ModelsListParamsView(rawValue: "default")
    public static let configured = ModelsListParamsView(rawValue: "configured")
    public static let providerConfig = ModelsListParamsView(rawValue: "provider-config")
    public static let all = ModelsListParamsView(rawValue: "all")
}

public struct ModelsListParams: Codable, Hashable, Sendable {
    public var agentId: String?
    public var view: ModelsListParamsView?
    public var includeProviderCapabilities: Bool?
    public var includeDetails: Bool?
    public var preparedOnly: Bool?
    public var refresh: Bool?

    public init(agentId: String? = nil, view: ModelsListParamsView? = nil, includeProviderCapabilities: Bool? = nil, includeDetails: Bool? = nil, preparedOnly: Bool? = nil, refresh: Bool? = nil) {
        self.agentId = agentId
        self.view = view
        self.includeProviderCapabilities = includeProviderCapabilities
        self.includeDetails = includeDetails
        self.preparedOnly = preparedOnly
        self.refresh = refresh
    }
}

public struct ModelsListResultModelsItem: Codable, Hashable, Sendable {
    public var id: String
    public var name: String
    public var provider: String
    public var contextWindow: Double?
    public var reasoning: Bool?

    public init(id: String, name: String, provider: String, contextWindow: Double? = nil, reasoning: Bool? = nil) {
        self.id = id
        self.name = name
        self.provider = provider
        self.contextWindow = contextWindow
        self.reasoning = reasoning
    }
}

public struct ModelsListResult: Codable, Hashable, Sendable {
    public var models: [ModelsListResultModelsItem]

    public init(models: [ModelsListResultModelsItem]) {
        self.models = models
    }
}

public struct ModelsStatusParams: Codable, Hashable, Sendable {
    public init() {}
}

public struct ModelsStatusResultModelsItemState: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let untried = ModelsStatusResultModelsItemState(rawValue: "untried")
    public static let ok = ModelsStatusResultModelsItemState(rawValue: "ok")
    public static let authError = ModelsStatusResultModelsItemState(rawValue: "auth-error")
    public static let rateLimited = ModelsStatusResultModelsItemState(rawValue: "rate-limited")
    public static let overloaded = ModelsStatusResultModelsItemState(rawValue: "overloaded")
    public static let failing = ModelsStatusResultModelsItemState(rawValue: "failing")
}

public struct ModelsStatusResultModelsItem: Codable, Hashable, Sendable {
    /// `provider/id`.
    public var id: String
    public var provider: String
    public var alias: String?
    public var state: ModelsStatusResultModelsItemState
    /// Milliseconds since the epoch: not asked before, because it failed.
    public var restsUntil: Double?

    public init(id: String, provider: String, alias: String? = nil, state: ModelsStatusResultModelsItemState, restsUntil: Double? = nil) {
        self.id = id
        self.provider = provider
        self.alias = alias
        self.state = state
        self.restsUntil = restsUntil
    }
}

public struct ModelsStatusResultKeysItemState: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let ready = ModelsStatusResultKeysItemState(rawValue: "ready")
    public static let resting = ModelsStatusResultKeysItemState(rawValue: "resting")
}

public struct ModelsStatusResultKeysItem: Codable, Hashable, Sendable {
    /// `provider:name`; never the key itself.
    public var id: String
    public var provider: String
    public var state: ModelsStatusResultKeysItemState
    public var until: Double?
    public var code: String?
    /// The provider says that nobody pays for it.
    public var billing: Bool?
    public var failures: Double?

    public init(id: String, provider: String, state: ModelsStatusResultKeysItemState, until: Double? = nil, code: String? = nil, billing: Bool? = nil, failures: Double? = nil) {
        self.id = id
        self.provider = provider
        self.state = state
        self.until = until
        self.code = code
        self.billing = billing
        self.failures = failures
    }
}

public struct ModelsStatusResult: Codable, Hashable, Sendable {
    public var models: [ModelsStatusResultModelsItem]
    public var keys: [ModelsStatusResultKeysItem]

    public init(models: [ModelsStatusResultModelsItem], keys: [ModelsStatusResultKeysItem]) {
        self.models = models
        self.keys = keys
    }
}

/// Decimal string with exactly the minor units ISO 4217 gives the currency. Never a float.
public struct Money: Codable, Hashable, Sendable {
    public var amount: String
    public var currency: String

    public init(amount: String, currency: String) {
        self.amount = amount
        self.currency = currency
    }
}

/// A machine or device that carries out commands, connected or not.
public struct Node: Codable, Hashable, Sendable {
    public var nodeId: String
    public var displayName: String?
    public var platform: String?
    public var version: String?
    public var deviceFamily: String?
    public var modelIdentifier: String?
    public var remoteIp: String?
    public var caps: [String]
    /// What it says it can do.
    public var commands: [String]
    public var permissions: [String: Bool]?
    public var connectedAtMs: Int?
    public var lastSeenAtMs: Int?
    public var paired: Bool
    public var connected: Bool

    public init(nodeId: String, displayName: String? = nil, platform: String? = nil, version: String? = nil, deviceFamily: String? = nil, modelIdentifier: String? = nil, remoteIp: String? = nil, caps: [String], commands: [String], permissions: [String: Bool]? = nil, connectedAtMs: Int? = nil, lastSeenAtMs: Int? = nil, paired: Bool, connected: Bool) {
        self.nodeId = nodeId
        self.displayName = displayName
        self.platform = platform
        self.version = version
        self.deviceFamily = deviceFamily
        self.modelIdentifier = modelIdentifier
        self.remoteIp = remoteIp
        self.caps = caps
        self.commands = commands
        self.permissions = permissions
        self.connectedAtMs = connectedAtMs
        self.lastSeenAtMs = lastSeenAtMs
        self.paired = paired
        self.connected = connected
    }
}

public struct NodeDescribeParams: Codable, Hashable, Sendable {
    public var nodeId: String

    public init(nodeId: String) {
        self.nodeId = nodeId
    }
}

public struct NodeDescribeResult: Codable, Hashable, Sendable {
    public var nodeId: String
    public var displayName: String?
    public var platform: String?
    public var version: String?
    public var deviceFamily: String?
    public var modelIdentifier: String?
    public var remoteIp: String?
    public var caps: [String]
    public var commands: [String]
    public var permissions: [String: Bool]?
    public var connectedAtMs: Int?
    public var lastSeenAtMs: Int?
    public var paired: Bool
    public var connected: Bool
    public var ts: Int
    public var allowed: [String]

    public init(nodeId: String, displayName: String? = nil, platform: String? = nil, version: String? = nil, deviceFamily: String? = nil, modelIdentifier: String? = nil, remoteIp: String? = nil, caps: [String], commands: [String], permissions: [String: Bool]? = nil, connectedAtMs: Int? = nil, lastSeenAtMs: Int? = nil, paired: Bool, connected: Bool, ts: Int, allowed: [String]) {
        self.nodeId = nodeId
        self.displayName = displayName
        self.platform = platform
        self.version = version
        self.deviceFamily = deviceFamily
        self.modelIdentifier = modelIdentifier
        self.remoteIp = remoteIp
        self.caps = caps
        self.commands = commands
        self.permissions = permissions
        self.connectedAtMs = connectedAtMs
        self.lastSeenAtMs = lastSeenAtMs
        self.paired = paired
        self.connected = connected
        self.ts = ts
        self.allowed = allowed
    }
}

public struct NodeEventEvent: Codable, Hashable, Sendable {
    public var nodeId: String
    public var event: String
    public var ts: Int
    public var payload: AnyCodable?

    public init(nodeId: String, event: String, ts: Int, payload: AnyCodable? = nil) {
        self.nodeId = nodeId
        self.event = event
        self.ts = ts
        self.payload = payload
    }
}

public struct NodeEventParams: Codable, Hashable, Sendable {
    public var event: String
    public var payload: AnyCodable?
    public var payloadJSON: String?

    public init(event: String, payload: AnyCodable? = nil, payloadJSON: String? = nil) {
        self.event = event
        self.payload = payload
        self.payloadJSON = payloadJSON
    }
}

public struct NodeEventResult: Codable, Hashable, Sendable {
    public var ok: Bool

    public init(ok: Bool) {
        self.ok = ok
    }
}

public struct NodeInvokeCancelEvent: Codable, Hashable, Sendable {
    public var id: String
    public var nodeId: String

    public init(id: String, nodeId: String) {
        self.id = id
        self.nodeId = nodeId
    }
}

public struct NodeInvokeParams: Codable, Hashable, Sendable {
    public var nodeId: String
    public var command: String
    public var params: AnyCodable?
    public var timeoutMs: Int?
    public var sessionKey: String?
    public var idempotencyKey: String

    public init(nodeId: String, command: String, params: AnyCodable? = nil, timeoutMs: Int? = nil, sessionKey: String? = nil, idempotencyKey: String) {
        self.nodeId = nodeId
        self.command = command
        self.params = params
        self.timeoutMs = timeoutMs
        self.sessionKey = sessionKey
        self.idempotencyKey = idempotencyKey
    }
}

public struct NodeInvokeParsedParams: Codable, Hashable, Sendable {
    public var nodeId: String
    public var command: String
    public var params: AnyCodable?
    public var timeoutMs: Int
    public var sessionKey: String?
    public var idempotencyKey: String

    public init(nodeId: String, command: String, params: AnyCodable? = nil, timeoutMs: Int, sessionKey: String? = nil, idempotencyKey: String) {
        self.nodeId = nodeId
        self.command = command
        self.params = params
        self.timeoutMs = timeoutMs
        self.sessionKey = sessionKey
        self.idempotencyKey = idempotencyKey
    }
}

public struct NodeInvokeRequestEvent: Codable, Hashable, Sendable {
    public var id: String
    public var nodeId: String
    public var command: String
    public var paramsJSON: String?
    public var timeoutMs: Int?
    public var idempotencyKey: String?

    public init(id: String, nodeId: String, command: String, paramsJSON: String? = nil, timeoutMs: Int? = nil, idempotencyKey: String? = nil) {
        self.id = id
        self.nodeId = nodeId
        self.command = command
        self.paramsJSON = paramsJSON
        self.timeoutMs = timeoutMs
        self.idempotencyKey = idempotencyKey
    }
}

public struct NodeInvokeResult: Codable, Hashable, Sendable {
    public var ok: Bool
    public var nodeId: String
    public var command: String
    public var payload: AnyCodable
    public var payloadJSON: String?

    public init(ok: Bool, nodeId: String, command: String, payload: AnyCodable, payloadJSON: String? = nil) {
        self.ok = ok
        self.nodeId = nodeId
        self.command = command
        self.payload = payload
        self.payloadJSON = payloadJSON
    }
}

public struct NodeInvokeResultParamsError: Codable, Hashable, Sendable {
    public var code: String?
    public var message: String?

    public init(code: String? = nil, message: String? = nil) {
        self.code = code
        self.message = message
    }
}

public struct NodeInvokeResultParams: Codable, Hashable, Sendable {
    public var id: String
    public var nodeId: String
    public var ok: Bool
    public var payload: AnyCodable?
    public var payloadJSON: String?
    public var error: NodeInvokeResultParamsError?

    public init(id: String, nodeId: String, ok: Bool, payload: AnyCodable? = nil, payloadJSON: String? = nil, error: NodeInvokeResultParamsError? = nil) {
        self.id = id
        self.nodeId = nodeId
        self.ok = ok
        self.payload = payload
        self.payloadJSON = payloadJSON
        self.error = error
    }
}

public struct NodeInvokeResultResult: Codable, Hashable, Sendable {
    public var ok: Bool
    public var ignored: Bool?

    public init(ok: Bool, ignored: Bool? = nil) {
        self.ok = ok
        self.ignored = ignored
    }
}

public struct NodeListParams: Codable, Hashable, Sendable {
    public init() {}
}

public struct NodeListResult: Codable, Hashable, Sendable {
    public var ts: Int
    public var nodes: [Node]

    public init(ts: Int, nodes: [Node]) {
        self.ts = ts
        self.nodes = nodes
    }
}

public struct NodePairApproveParams: Codable, Hashable, Sendable {
    public var requestId: String

    public init(requestId: String) {
        self.requestId = requestId
    }
}

public struct NodePairApproveResultNode: Codable, Hashable, Sendable {
    public var nodeId: String
    public var createdAtMs: Int
    public var approvedAtMs: Int
    public var token: String

    public init(nodeId: String, createdAtMs: Int, approvedAtMs: Int, token: String) {
        self.nodeId = nodeId
        self.createdAtMs = createdAtMs
        self.approvedAtMs = approvedAtMs
        self.token = token
    }
}

public struct NodePairApproveResult: Codable, Hashable, Sendable {
    public var requestId: String
    public var node: NodePairApproveResultNode

    public init(requestId: String, node: NodePairApproveResultNode) {
        self.requestId = requestId
        self.node = node
    }
}

public struct NodePairListParams: Codable, Hashable, Sendable {
    public init() {}
}

public struct NodePairListResultPairedItem: Codable, Hashable, Sendable {
    public var nodeId: String
    public var createdAtMs: Int
    public var approvedAtMs: Int

    public init(nodeId: String, createdAtMs: Int, approvedAtMs: Int) {
        self.nodeId = nodeId
        self.createdAtMs = createdAtMs
        self.approvedAtMs = approvedAtMs
    }
}

public struct NodePairListResult: Codable, Hashable, Sendable {
    public var pending: [NodePairRequest]
    public var paired: [NodePairListResultPairedItem]

    public init(pending: [NodePairRequest], paired: [NodePairListResultPairedItem]) {
        self.pending = pending
        self.paired = paired
    }
}

public struct NodePairRejectParams: Codable, Hashable, Sendable {
    public var requestId: String

    public init(requestId: String) {
        self.requestId = requestId
    }
}

public struct NodePairRejectResult: Codable, Hashable, Sendable {
    public var requestId: String
    public var nodeId: String

    public init(requestId: String, nodeId: String) {
        self.requestId = requestId
        self.nodeId = nodeId
    }
}

public struct NodePairRequest: Codable, Hashable, Sendable {
    public var requestId: String
    public var nodeId: String
    public var ts: Int

    public init(requestId: String, nodeId: String, ts: Int) {
        self.requestId = requestId
        self.nodeId = nodeId
        self.ts = ts
    }
}

public struct NodePairRequestParams: Codable, Hashable, Sendable {
    public var nodeId: String
    public var displayName: String?
    public var platform: String?
    public var version: String?
    public var coreVersion: String?
    public var uiVersion: String?
    public var deviceFamily: String?
    public var modelIdentifier: String?
    public var caps: [String]?
    public var commands: [String]?
    public var remoteIp: String?
    public var silent: Bool?

    public init(nodeId: String, displayName: String? = nil, platform: String? = nil, version: String? = nil, coreVersion: String? = nil, uiVersion: String? = nil, deviceFamily: String? = nil, modelIdentifier: String? = nil, caps: [String]? = nil, commands: [String]? = nil, remoteIp: String? = nil, silent: Bool? = nil) {
        self.nodeId = nodeId
        self.displayName = displayName
        self.platform = platform
        self.version = version
        self.coreVersion = coreVersion
        self.uiVersion = uiVersion
        self.deviceFamily = deviceFamily
        self.modelIdentifier = modelIdentifier
        self.caps = caps
        self.commands = commands
        self.remoteIp = remoteIp
        self.silent = silent
    }
}

public struct NodePairRequestResult: Codable, Hashable, Sendable {
    public var status: String
    public var request: NodePairRequest
    public var created: Bool

    public init(status: String, request: NodePairRequest, created: Bool) {
        self.status = status
        self.request = request
        self.created = created
    }
}

public struct NodePairResolvedEventDecision: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let approved = NodePairResolvedEventDecision(rawValue: "approved")
    public static let rejected = NodePairResolvedEventDecision(rawValue: "rejected")
}

public struct NodePairResolvedEvent: Codable, Hashable, Sendable {
    public var requestId: String
    public var nodeId: String
    public var decision: NodePairResolvedEventDecision
    public var ts: Int

    public init(requestId: String, nodeId: String, decision: NodePairResolvedEventDecision, ts: Int) {
        self.requestId = requestId
        self.nodeId = nodeId
        self.decision = decision
        self.ts = ts
    }
}

public struct NodePairVerifyParams: Codable, Hashable, Sendable {
    public var nodeId: String
    public var token: String

    public init(nodeId: String, token: String) {
        self.nodeId = nodeId
        self.token = token
    }
}

public struct NodePairVerifyResultNode: Codable, Hashable, Sendable {
    public var nodeId: String
    public var createdAtMs: Int
    public var approvedAtMs: Int

    public init(nodeId: String, createdAtMs: Int, approvedAtMs: Int) {
        self.nodeId = nodeId
        self.createdAtMs = createdAtMs
        self.approvedAtMs = approvedAtMs
    }
}

public struct NodePairVerifyResult: Codable, Hashable, Sendable {
    public var ok: Bool
    public var node: NodePairVerifyResultNode?

    public init(ok: Bool, node: NodePairVerifyResultNode? = nil) {
        self.ok = ok
        self.node = node
    }
}

public struct NodeRenameParams: Codable, Hashable, Sendable {
    public var nodeId: String
    public var displayName: String

    public init(nodeId: String, displayName: String) {
        self.nodeId = nodeId
        self.displayName = displayName
    }
}

public struct NodeRenameResult: Codable, Hashable, Sendable {
    public var nodeId: String
    public var displayName: String

    public init(nodeId: String, displayName: String) {
        self.nodeId = nodeId
        self.displayName = displayName
    }
}

public struct OfferLine: Codable, Hashable, Sendable {
    public var offerId: String
    /// What a customer answers to choose it: "1", "2", …
    public var number: Int
    public var title: String
    public var lines: [String]
    public var price: Money
    /// Such as "cheapest", "fastest", "free cancellation".
    public var tags: [String]
    public var sandbox: Bool

    public init(offerId: String, number: Int, title: String, lines: [String], price: Money, tags: [String], sandbox: Bool) {
        self.offerId = offerId
        self.number = number
        self.title = title
        self.lines = lines
        self.price = price
        self.tags = tags
        self.sandbox = sandbox
    }
}

public struct OffersSearchParams: Codable, Hashable, Sendable {
    public var kind: Vertical
    public var query: [String: AnyCodable]

    public init(kind: Vertical, query: [String: AnyCodable]) {
        self.kind = kind
        self.query = query
    }
}

public struct OffersSearchResult: Codable, Hashable, Sendable {
    public var offers: [[String: AnyCodable]]
    public var suppliers: [[String: AnyCodable]]

    public init(offers: [[String: AnyCodable]], suppliers: [[String: AnyCodable]]) {
        self.offers = offers
        self.suppliers = suppliers
    }
}

public struct PairedDeviceTokensItem: Codable, Hashable, Sendable {
    public var role: String
    public var scopes: [String]
    public var createdAtMs: Int?
    public var rotatedAtMs: Int?
    public var revokedAtMs: Int?
    public var lastUsedAtMs: Int?

    public init(role: String, scopes: [String], createdAtMs: Int? = nil, rotatedAtMs: Int? = nil, revokedAtMs: Int? = nil, lastUsedAtMs: Int? = nil) {
        self.role = role
        self.scopes = scopes
        self.createdAtMs = createdAtMs
        self.rotatedAtMs = rotatedAtMs
        self.revokedAtMs = revokedAtMs
        self.lastUsedAtMs = lastUsedAtMs
    }
}

/// A device that may connect with a token of its own. Times are milliseconds since the epoch.
public struct PairedDevice: Codable, Hashable, Sendable {
    public var deviceId: String
    public var publicKey: String
    public var displayName: String?
    public var platform: String?
    public var deviceFamily: String?
    public var clientId: String?
    public var clientMode: String?
    public var remoteIp: String?
    public var role: String?
    public var roles: [String]
    public var scopes: [String]
    public var createdAtMs: Int
    public var approvedAtMs: Int
    /// One for each role. A token itself is never shown again.
    public var tokens: [PairedDeviceTokensItem]

    public init(deviceId: String, publicKey: String, displayName: String? = nil, platform: String? = nil, deviceFamily: String? = nil, clientId: String? = nil, clientMode: String? = nil, remoteIp: String? = nil, role: String? = nil, roles: [String], scopes: [String], createdAtMs: Int, approvedAtMs: Int, tokens: [PairedDeviceTokensItem]) {
        self.deviceId = deviceId
        self.publicKey = publicKey
        self.displayName = displayName
        self.platform = platform
        self.deviceFamily = deviceFamily
        self.clientId = clientId
        self.clientMode = clientMode
        self.remoteIp = remoteIp
        self.role = role
        self.roles = roles
        self.scopes = scopes
        self.createdAtMs = createdAtMs
        self.approvedAtMs = approvedAtMs
        self.tokens = tokens
    }
}

/// A device that waits for an operator's yes, for five minutes.
public struct PairingRequest: Codable, Hashable, Sendable {
    public var requestId: String
    public var deviceId: String
    public var publicKey: String
    public var displayName: String?
    public var platform: String?
    public var deviceFamily: String?
    public var clientId: String?
    public var clientMode: String?
    public var remoteIp: String?
    public var role: String?
    public var roles: [String]
    public var scopes: [String]
    /// The device was paired before and asks for more, or again.
    public var isRepair: Bool?
    public var ts: Int

    public init(requestId: String, deviceId: String, publicKey: String, displayName: String? = nil, platform: String? = nil, deviceFamily: String? = nil, clientId: String? = nil, clientMode: String? = nil, remoteIp: String? = nil, role: String? = nil, roles: [String], scopes: [String], isRepair: Bool? = nil, ts: Int) {
        self.requestId = requestId
        self.deviceId = deviceId
        self.publicKey = publicKey
        self.displayName = displayName
        self.platform = platform
        self.deviceFamily = deviceFamily
        self.clientId = clientId
        self.clientMode = clientMode
        self.remoteIp = remoteIp
        self.role = role
        self.roles = roles
        self.scopes = scopes
        self.isRepair = isRepair
        self.ts = ts
    }
}

public struct PluginInfoState: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let available = PluginInfoState(rawValue: "available")
    public static let disabled = PluginInfoState(rawValue: "disabled")
    public static let needsApproval = PluginInfoState(rawValue: "needs-approval")
    public static let loading = PluginInfoState(rawValue: "loading")
    public static let loaded = PluginInfoState(rawValue: "loaded")
    public static let failed = PluginInfoState(rawValue: "failed")
    public static let quarantined = PluginInfoState(rawValue: "quarantined")
    public static let stopped = PluginInfoState(rawValue: "stopped")
}

/// A plugin the configuration names, or that lies where plugins are looked for.
public struct PluginInfo: Codable, Hashable, Sendable {
    public var id: String
    public var state: PluginInfoState
    /// Why it is not loaded.
    public var reason: String?
    /// The configuration names it and it is switched on.
    public var enabled: Bool
    public var name: String?
    public var version: String?
    public var description: String?
    public var path: String?
    /// SHA-256 of its files as they were at the start.
    public var sha256: String?
    /// What its manifest declares.
    public var registers: [String: AnyCodable]?

    public init(id: String, state: PluginInfoState, reason: String? = nil, enabled: Bool, name: String? = nil, version: String? = nil, description: String? = nil, path: String? = nil, sha256: String? = nil, registers: [String: AnyCodable]? = nil) {
        self.id = id
        self.state = state
        self.reason = reason
        self.enabled = enabled
        self.name = name
        self.version = version
        self.description = description
        self.path = path
        self.sha256 = sha256
        self.registers = registers
    }
}

public struct PluginsCommandParams: Codable, Hashable, Sendable {
    public var command: String
    public var args: [String]?

    public init(command: String, args: [String]? = nil) {
        self.command = command
        self.args = args
    }
}

/// `text` is for people, `data` for programs.
public struct PluginsCommandResult: Codable, Hashable, Sendable {
    public var text: String
    public var data: AnyCodable

    public init(text: String, data: AnyCodable) {
        self.text = text
        self.data = data
    }
}

public struct PluginsInspectParams: Codable, Hashable, Sendable {
    public var id: String

    public init(id: String) {
        self.id = id
    }
}

public struct PluginsInspectResult: Codable, Hashable, Sendable {
    public var plugin: PluginInfo

    public init(plugin: PluginInfo) {
        self.plugin = plugin
    }
}

public struct PluginsListParams: Codable, Hashable, Sendable {
    public init() {}
}

public struct PluginsListResult: Codable, Hashable, Sendable {
    public var plugins: [PluginInfo]

    public init(plugins: [PluginInfo]) {
        self.plugins = plugins
    }
}

public struct PolicyEvaluateParams: Codable, Hashable, Sendable {
    public var tool: String
    public var args: [String: AnyCodable]
    public var customerId: String?
    public var sessionKey: String?
    public var context: [String: AnyCodable]?

    public init(tool: String, args: [String: AnyCodable], customerId: String? = nil, sessionKey: String? = nil, context: [String: AnyCodable]? = nil) {
        self.tool = tool
        self.args = args
        self.customerId = customerId
        self.sessionKey = sessionKey
        self.context = context
    }
}

public struct PolicyEvaluateResult: Codable, Hashable, Sendable {
    public var decision: String

    public init(decision: String) {
        self.decision = decision
    }
}

public struct PortalInviteParams: Codable, Hashable, Sendable {
    public var customerId: String
    public var conversationId: String?
    public var days: Int?
    public var idempotencyKey: String

    public init(customerId: String, conversationId: String? = nil, days: Int? = nil, idempotencyKey: String) {
        self.customerId = customerId
        self.conversationId = conversationId
        self.days = days
        self.idempotencyKey = idempotencyKey
    }
}

public struct PortalInviteResult: Codable, Hashable, Sendable {
    public var url: String
    public var expiresAt: String

    public init(url: String, expiresAt: String) {
        self.url = url
        self.expiresAt = expiresAt
    }
}

public struct PortalRevokeParams: Codable, Hashable, Sendable {
    public var customerId: String

    public init(customerId: String) {
        self.customerId = customerId
    }
}

public struct PortalRevokeResult: Codable, Hashable, Sendable {
    public var links: Int
    public var pages: Int

    public init(links: Int, pages: Int) {
        self.links = links
        self.pages = pages
    }
}

public struct PresenceEntry: Codable, Hashable, Sendable {
    public var host: String?
    public var ip: String?
    public var version: String?
    public var platform: String?
    public var deviceFamily: String?
    public var modelIdentifier: String?
    public var mode: String?
    public var lastInputSeconds: Int?
    public var reason: String?
    public var text: String?
    public var ts: Int
    public var tags: [String]?
    /// Of a device that proved its identity, or as a `system-event` named it.
    public var deviceId: String?
    public var roles: [String]?
    public var scopes: [String]?
    public var instanceId: String?

    public init(host: String? = nil, ip: String? = nil, version: String? = nil, platform: String? = nil, deviceFamily: String? = nil, modelIdentifier: String? = nil, mode: String? = nil, lastInputSeconds: Int? = nil, reason: String? = nil, text: String? = nil, ts: Int, tags: [String]? = nil, deviceId: String? = nil, roles: [String]? = nil, scopes: [String]? = nil, instanceId: String? = nil) {
        self.host = host
        self.ip = ip
        self.version = version
        self.platform = platform
        self.deviceFamily = deviceFamily
        self.modelIdentifier = modelIdentifier
        self.mode = mode
        self.lastInputSeconds = lastInputSeconds
        self.reason = reason
        self.text = text
        self.ts = ts
        self.tags = tags
        self.deviceId = deviceId
        self.roles = roles
        self.scopes = scopes
        self.instanceId = instanceId
    }
}

public struct PresenceEvent: Codable, Hashable, Sendable {
    public var presence: [PresenceEntry]

    public init(presence: [PresenceEntry]) {
        self.presence = presence
    }
}

/// Id or reference.
public struct PricesHistoryParams: Codable, Hashable, Sendable {
    public var booking: String
    public var limit: Int?

    public init(booking: String, limit: Int? = nil) {
        self.booking = booking
        self.limit = limit
    }
}

public struct PricesHistoryResultItemsItemLooksItem: Codable, Hashable, Sendable {
    public var at: String
    public var price: Money?

    public init(at: String, price: Money? = nil) {
        self.at = at
        self.price = price
    }
}

public struct PricesHistoryResultItemsItem: Codable, Hashable, Sendable {
    public var item: Int
    public var summary: String
    public var paid: Money
    public var looks: [PricesHistoryResultItemsItemLooksItem]

    public init(item: Int, summary: String, paid: Money, looks: [PricesHistoryResultItemsItemLooksItem]) {
        self.item = item
        self.summary = summary
        self.paid = paid
        self.looks = looks
    }
}

public struct PricesHistoryResult: Codable, Hashable, Sendable {
    public var bookingId: String
    public var reference: String
    public var items: [PricesHistoryResultItemsItem]

    public init(bookingId: String, reference: String, items: [PricesHistoryResultItemsItem]) {
        self.bookingId = bookingId
        self.reference = reference
        self.items = items
    }
}

public struct PrivacyRetentionRunParams: Codable, Hashable, Sendable {
    public var dryRun: Bool?

    public init(dryRun: Bool? = nil) {
        self.dryRun = dryRun
    }
}

public struct PrivacyRetentionRunResultLinesItem: Codable, Hashable, Sendable {
    public var kind: String
    public var store: String
    public var days: Int?
    public var before: String?
    public var removed: Int
    public var kept: Int
    public var error: String?

    public init(kind: String, store: String, days: Int? = nil, before: String? = nil, removed: Int, kept: Int, error: String? = nil) {
        self.kind = kind
        self.store = store
        self.days = days
        self.before = before
        self.removed = removed
        self.kept = kept
        self.error = error
    }
}

public struct PrivacyRetentionRunResult: Codable, Hashable, Sendable {
    public var runId: String
    public var dryRun: Bool
    public var lines: [PrivacyRetentionRunResultLinesItem]

    public init(runId: String, dryRun: Bool, lines: [PrivacyRetentionRunResultLinesItem]) {
        self.runId = runId
        self.dryRun = dryRun
        self.lines = lines
    }
}

public struct PrivacyRetentionStatusParams: Codable, Hashable, Sendable {
    public init() {}
}

public struct PrivacyRetentionStatusResultLastLinesItem: Codable, Hashable, Sendable {
    public var kind: String
    public var store: String
    public var days: Int?
    public var before: String?
    public var removed: Int
    public var kept: Int
    public var error: String?

    public init(kind: String, store: String, days: Int? = nil, before: String? = nil, removed: Int, kept: Int, error: String? = nil) {
        self.kind = kind
        self.store = store
        self.days = days
        self.before = before
        self.removed = removed
        self.kept = kept
        self.error = error
    }
}

public struct PrivacyRetentionStatusResultLast: Codable, Hashable, Sendable {
    public var runId: String
    public var startedAt: String
    public var endedAt: String
    public var lines: [PrivacyRetentionStatusResultLastLinesItem]

    public init(runId: String, startedAt: String, endedAt: String, lines: [PrivacyRetentionStatusResultLastLinesItem]) {
        self.runId = runId
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.lines = lines
    }
}

public struct PrivacyRetentionStatusResult: Codable, Hashable, Sendable {
    public var running: Bool
    public var nextAt: String?
    public var last: PrivacyRetentionStatusResultLast?

    public init(running: Bool, nextAt: String? = nil, last: PrivacyRetentionStatusResultLast? = nil) {
        self.running = running
        self.nextAt = nextAt
        self.last = last
    }
}

public struct PromiseEntryPromisedBy: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let agent = PromiseEntryPromisedBy(rawValue: "agent")
    public static let `operator` = PromiseEntryPromisedBy(rawValue: "operator")
    public static let system = PromiseEntryPromisedBy(rawValue: "system")
}

public struct PromiseEntryStatus: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let `open` = PromiseEntryStatus(rawValue: "open")
    public static let kept = PromiseEntryStatus(rawValue: "kept")
    public static let broken = PromiseEntryStatus(rawValue: "broken")
    public static let waived = PromiseEntryStatus(rawValue: "waived")
}

/// Something a customer was promised.
public struct PromiseEntry: Codable, Hashable, Sendable {
    public var id: String
    public var customerId: String?
    public var sessionKey: String
    public var text: String
    /// The sentence, as the customer read it.
    public var quote: String?
    public var promisedBy: PromiseEntryPromisedBy
    public var `actor`: String?
    public var dueAt: String
    /// No time was named: one working day was taken.
    public var assumed: Bool
    public var status: PromiseEntryStatus
    public var overdue: Bool
    public var sourceMessageId: String?
    public var note: String?
    public var settledBy: String?
    public var settledAt: String?
    public var createdAt: String
    public var version: Int

    public init(id: String, customerId: String? = nil, sessionKey: String, text: String, quote: String? = nil, promisedBy: PromiseEntryPromisedBy, `actor`: String? = nil, dueAt: String, assumed: Bool, status: PromiseEntryStatus, overdue: Bool, sourceMessageId: String? = nil, note: String? = nil, settledBy: String? = nil, settledAt: String? = nil, createdAt: String, version: Int) {
        self.id = id
        self.customerId = customerId
        self.sessionKey = sessionKey
        self.text = text
        self.quote = quote
        self.promisedBy = promisedBy
        self.`actor` = `actor`
        self.dueAt = dueAt
        self.assumed = assumed
        self.status = status
        self.overdue = overdue
        self.sourceMessageId = sourceMessageId
        self.note = note
        self.settledBy = settledBy
        self.settledAt = settledAt
        self.createdAt = createdAt
        self.version = version
    }
}

public struct PromiseEventPhase: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let changed = PromiseEventPhase(rawValue: "changed")
    public static let due = PromiseEventPhase(rawValue: "due")
    public static let overdue = PromiseEventPhase(rawValue: "overdue")
}

public struct PromiseEvent: Codable, Hashable, Sendable {
    public var phase: PromiseEventPhase
    public var promise: PromiseEntry

    public init(phase: PromiseEventPhase, promise: PromiseEntry) {
        self.phase = phase
        self.promise = promise
    }
}

public struct PromisesAddParams: Codable, Hashable, Sendable {
    public var sessionKey: String?
    public var customerId: String?
    public var text: String
    public var dueAt: String
    public var note: String?
    public var idempotencyKey: String

    public init(sessionKey: String? = nil, customerId: String? = nil, text: String, dueAt: String, note: String? = nil, idempotencyKey: String) {
        self.sessionKey = sessionKey
        self.customerId = customerId
        self.text = text
        self.dueAt = dueAt
        self.note = note
        self.idempotencyKey = idempotencyKey
    }
}

public struct PromisesAddResult: Codable, Hashable, Sendable {
    public var promise: PromiseEntry

    public init(promise: PromiseEntry) {
        self.promise = promise
    }
}

public struct PromisesListParamsStatus: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let `open` = PromisesListParamsStatus(rawValue: "open")
    public static let kept = PromisesListParamsStatus(rawValue: "kept")
    public static let broken = PromisesListParamsStatus(rawValue: "broken")
    public static let waived = PromisesListParamsStatus(rawValue: "waived")
}

public struct PromisesListParams: Codable, Hashable, Sendable {
    public var status: PromisesListParamsStatus?
    public var overdue: Bool?
    public var customerId: String?
    public var sessionKey: String?
    public var limit: Int?
    public var cursor: String?

    public init(status: PromisesListParamsStatus? = nil, overdue: Bool? = nil, customerId: String? = nil, sessionKey: String? = nil, limit: Int? = nil, cursor: String? = nil) {
        self.status = status
        self.overdue = overdue
        self.customerId = customerId
        self.sessionKey = sessionKey
        self.limit = limit
        self.cursor = cursor
    }
}

public struct PromisesListResult: Codable, Hashable, Sendable {
    public var promises: [PromiseEntry]
    public var nextCursor: String?

    public init(promises: [PromiseEntry], nextCursor: String? = nil) {
        self.promises = promises
        self.nextCursor = nextCursor
    }
}

public struct PromisesSettleParamsStatus: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let `open` = PromisesSettleParamsStatus(rawValue: "open")
    public static let kept = PromisesSettleParamsStatus(rawValue: "kept")
    public static let broken = PromisesSettleParamsStatus(rawValue: "broken")
    public static let waived = PromisesSettleParamsStatus(rawValue: "waived")
}

public struct PromisesSettleParams: Codable, Hashable, Sendable {
    public var id: String
    public var status: PromisesSettleParamsStatus
    public var note: String?
    public var idempotencyKey: String

    public init(id: String, status: PromisesSettleParamsStatus, note: String? = nil, idempotencyKey: String) {
        self.id = id
        self.status = status
        self.note = note
        self.idempotencyKey = idempotencyKey
    }
}

public struct PromisesSettleResult: Codable, Hashable, Sendable {
    public var promise: PromiseEntry

    public init(promise: PromiseEntry) {
        self.promise = promise
    }
}

public struct PromisesUpdateParams: Codable, Hashable, Sendable {
    public var id: String
    public var text: String?
    public var dueAt: String?
    public var note: String?
    public var expectedVersion: Int?
    public var idempotencyKey: String

    public init(id: String, text: String? = nil, dueAt: String? = nil, note: String? = nil, expectedVersion: Int? = nil, idempotencyKey: String) {
        self.id = id
        self.text = text
        self.dueAt = dueAt
        self.note = note
        self.expectedVersion = expectedVersion
        self.idempotencyKey = idempotencyKey
    }
}

public struct PromisesUpdateResult: Codable, Hashable, Sendable {
    public var promise: PromiseEntry

    public init(promise: PromiseEntry) {
        self.promise = promise
    }
}

public struct QueueDlqDropParams: Codable, Hashable, Sendable {
    public var id: String
    public var reason: String
    public var idempotencyKey: String

    public init(id: String, reason: String, idempotencyKey: String) {
        self.id = id
        self.reason = reason
        self.idempotencyKey = idempotencyKey
    }
}

public struct QueueDlqDropResult: Codable, Hashable, Sendable {
    public var deadLetter: DeadLetter

    public init(deadLetter: DeadLetter) {
        self.deadLetter = deadLetter
    }
}

public struct QueueDlqGetParams: Codable, Hashable, Sendable {
    public var id: String

    public init(id: String) {
        self.id = id
    }
}

public struct QueueDlqGetResultMessagesItem: Codable, Hashable, Sendable {
    public var text: String
    public var receivedAt: String

    public init(text: String, receivedAt: String) {
        self.text = text
        self.receivedAt = receivedAt
    }
}

public struct QueueDlqGetResult: Codable, Hashable, Sendable {
    public var deadLetter: DeadLetter
    public var messages: [QueueDlqGetResultMessagesItem]

    public init(deadLetter: DeadLetter, messages: [QueueDlqGetResultMessagesItem]) {
        self.deadLetter = deadLetter
        self.messages = messages
    }
}

public struct QueueDlqListParamsKind: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let turn = QueueDlqListParamsKind(rawValue: "turn")
    public static let saga = QueueDlqListParamsKind(rawValue: "saga")
}

public struct QueueDlqListParamsState: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let `open` = QueueDlqListParamsState(rawValue: "open")
    public static let retried = QueueDlqListParamsState(rawValue: "retried")
    public static let dropped = QueueDlqListParamsState(rawValue: "dropped")
    public static let all = QueueDlqListParamsState(rawValue: "all")
}

public struct QueueDlqListParams: Codable, Hashable, Sendable {
    public var kind: QueueDlqListParamsKind?
    public var state: QueueDlqListParamsState?
    public var limit: Int?
    public var cursor: String?

    public init(kind: QueueDlqListParamsKind? = nil, state: QueueDlqListParamsState? = nil, limit: Int? = nil, cursor: String? = nil) {
        self.kind = kind
        self.state = state
        self.limit = limit
        self.cursor = cursor
    }
}

public struct QueueDlqListResult: Codable, Hashable, Sendable {
    public var deadLetters: [DeadLetter]
    public var nextCursor: String?

    public init(deadLetters: [DeadLetter], nextCursor: String? = nil) {
        self.deadLetters = deadLetters
        self.nextCursor = nextCursor
    }
}

public struct QueueDlqRetryParams: Codable, Hashable, Sendable {
    public var id: String
    public var idempotencyKey: String

    public init(id: String, idempotencyKey: String) {
        self.id = id
        self.idempotencyKey = idempotencyKey
    }
}

public struct QueueDlqRetryResult: Codable, Hashable, Sendable {
    public var runId: String
    public var deadLetter: DeadLetter

    public init(runId: String, deadLetter: DeadLetter) {
        self.runId = runId
        self.deadLetter = deadLetter
    }
}

public struct QueueStatusParams: Codable, Hashable, Sendable {
    public init() {}
}

public struct QueueStatusResult: Codable, Hashable, Sendable {
    public var waiting: Int
    public var running: Int
    public var parked: Int
    public var slots: Int?
    public var oldestAt: String?
    public var classes: [String: Int]
    public var modes: [String: Int]
    public var deadLetters: Int

    public init(waiting: Int, running: Int, parked: Int, slots: Int? = nil, oldestAt: String? = nil, classes: [String: Int], modes: [String: Int], deadLetters: Int) {
        self.waiting = waiting
        self.running = running
        self.parked = parked
        self.slots = slots
        self.oldestAt = oldestAt
        self.classes = classes
        self.modes = modes
        self.deadLetters = deadLetters
    }
}

public struct QuotesCreateParams: Codable, Hashable, Sendable {
    public var sessionKey: String
    public var offerIds: [String]
    public var title: String?
    public var message: String?
    public var expiresAt: String?
    public var supersedes: String?
    public var idempotencyKey: String

    public init(sessionKey: String, offerIds: [String], title: String? = nil, message: String? = nil, expiresAt: String? = nil, supersedes: String? = nil, idempotencyKey: String) {
        self.sessionKey = sessionKey
        self.offerIds = offerIds
        self.title = title
        self.message = message
        self.expiresAt = expiresAt
        self.supersedes = supersedes
        self.idempotencyKey = idempotencyKey
    }
}

public struct QuotesCreateResult: Codable, Hashable, Sendable {
    public var quote: [String: AnyCodable]
    public var url: String

    public init(quote: [String: AnyCodable], url: String) {
        self.quote = quote
        self.url = url
    }
}

public struct QuotesListParams: Codable, Hashable, Sendable {
    public var sessionKey: String?
    public var customerId: String?
    public var limit: Int?

    public init(sessionKey: String? = nil, customerId: String? = nil, limit: Int? = nil) {
        self.sessionKey = sessionKey
        self.customerId = customerId
        self.limit = limit
    }
}

public struct QuotesListResult: Codable, Hashable, Sendable {
    public var quotes: [[String: AnyCodable]]

    public init(quotes: [[String: AnyCodable]]) {
        self.quotes = quotes
    }
}

public struct QuotesWithdrawParams: Codable, Hashable, Sendable {
    public var id: String
    public var idempotencyKey: String

    public init(id: String, idempotencyKey: String) {
        self.id = id
        self.idempotencyKey = idempotencyKey
    }
}

public struct QuotesWithdrawResult: Codable, Hashable, Sendable {
    public var quote: [String: AnyCodable]

    public init(quote: [String: AnyCodable]) {
        self.quote = quote
    }
}

public struct RequestFrame: Codable, Hashable, Sendable {
    public var type: String
    public var id: String
    public var method: String
    public var params: AnyCodable?
    /// W3C trace context, sent by clients of protocol 4.
    public var traceparent: String?
    public var expectedProfileId: String?

    public init(type: String, id: String, method: String, params: AnyCodable? = nil, traceparent: String? = nil, expectedProfileId: String? = nil) {
        self.type = type
        self.id = id
        self.method = method
        self.params = params
        self.traceparent = traceparent
        self.expectedProfileId = expectedProfileId
    }
}

public struct ResponseFrame: Codable, Hashable, Sendable {
    public var type: String
    public var id: String
    public var ok: Bool
    public var payload: AnyCodable?
    public var error: ErrorShape?

    public init(type: String, id: String, ok: Bool, payload: AnyCodable? = nil, error: ErrorShape? = nil) {
        self.type = type
        self.id = id
        self.ok = ok
        self.payload = payload
        self.error = error
    }
}

public struct RoutingExplainParamsChatType: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let direct = RoutingExplainParamsChatType(rawValue: "direct")
    public static let group = RoutingExplainParamsChatType(rawValue: "group")
}

public struct RoutingExplainParams: Codable, Hashable, Sendable {
    public var channel: String
    public var accountId: String?
    public var chatType: RoutingExplainParamsChatType?
    public var peer: String
    public var threadId: String?
    public var guildId: String?
    public var teamId: String?
    /// What they would write: it may quote a booking.
    public var text: String?

    public init(channel: String, accountId: String? = nil, chatType: RoutingExplainParamsChatType? = nil, peer: String, threadId: String? = nil, guildId: String? = nil, teamId: String? = nil, text: String? = nil) {
        self.channel = channel
        self.accountId = accountId
        self.chatType = chatType
        self.peer = peer
        self.threadId = threadId
        self.guildId = guildId
        self.teamId = teamId
        self.text = text
    }
}

public struct RoutingExplainResult: Codable, Hashable, Sendable {
    public var agentId: String
    public var sessionKey: String
    public var matchedBy: String

    public init(agentId: String, sessionKey: String, matchedBy: String) {
        self.agentId = agentId
        self.sessionKey = sessionKey
        self.matchedBy = matchedBy
    }
}

public struct RoutingListParams: Codable, Hashable, Sendable {
    public init() {}
}

public struct RoutingListResultBindingsItem: Codable, Hashable, Sendable {
    public var agentId: String
    public var match: [String: AnyCodable]

    public init(agentId: String, match: [String: AnyCodable]) {
        self.agentId = agentId
        self.match = match
    }
}

public struct RoutingListResult: Codable, Hashable, Sendable {
    public var defaultId: String
    public var bindings: [RoutingListResultBindingsItem]
    public var handoff: [String: [String]]

    public init(defaultId: String, bindings: [RoutingListResultBindingsItem], handoff: [String: [String]]) {
        self.defaultId = defaultId
        self.bindings = bindings
        self.handoff = handoff
    }
}

public struct SendParams: Codable, Hashable, Sendable {
    /// The recipient on the channel, such as a phone number or a chat id; `group:<id>` for a group.
    public var to: String
    public var message: String
    /// Default the only channel that reaches people outside.
    public var channel: String?
    public var accountId: String?
    public var agentId: String?
    public var threadId: String?
    /// When given, it must be the session of that recipient.
    public var sessionKey: String?
    public var mediaUrls: [AnyCodable]?
    public var mediaUrl: String?
    /// How media would be shown; there is none.
    public var gifPlayback: Bool?
    public var asVoice: Bool?
    public var forceDocument: Bool?
    public var silent: Bool?
    public var idempotencyKey: String

    public init(to: String, message: String, channel: String? = nil, accountId: String? = nil, agentId: String? = nil, threadId: String? = nil, sessionKey: String? = nil, mediaUrls: [AnyCodable]? = nil, mediaUrl: String? = nil, gifPlayback: Bool? = nil, asVoice: Bool? = nil, forceDocument: Bool? = nil, silent: Bool? = nil, idempotencyKey: String) {
        self.to = to
        self.message = message
        self.channel = channel
        self.accountId = accountId
        self.agentId = agentId
        self.threadId = threadId
        self.sessionKey = sessionKey
        self.mediaUrls = mediaUrls
        self.mediaUrl = mediaUrl
        self.gifPlayback = gifPlayback
        self.asVoice = asVoice
        self.forceDocument = forceDocument
        self.silent = silent
        self.idempotencyKey = idempotencyKey
    }
}

public struct SendResult: Codable, Hashable, Sendable {
    public var runId: String
    public var messageId: String
    public var channel: String

    public init(runId: String, messageId: String, channel: String) {
        self.runId = runId
        self.messageId = messageId
        self.channel = channel
    }
}

/// For `sessions.changed`: what changed, and the row as it is then.
public struct SessionChange: Codable, Hashable, Sendable {
    public var sessionKey: String
    public var reason: String
    public var ts: Double
    public var session: [String: AnyCodable]?

    public init(sessionKey: String, reason: String, ts: Double, session: [String: AnyCodable]? = nil) {
        self.sessionKey = sessionKey
        self.reason = reason
        self.ts = ts
        self.session = session
    }
}

public struct SessionMessageEvent: Codable, Hashable, Sendable {
    public var sessionKey: String
    public var messageId: String
    public var message: ChatMessage

    public init(sessionKey: String, messageId: String, message: ChatMessage) {
        self.sessionKey = sessionKey
        self.messageId = messageId
        self.message = message
    }
}

public struct SessionRowKind: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let direct = SessionRowKind(rawValue: "direct")
    public static let group = SessionRowKind(rawValue: "group")
    public static let global = SessionRowKind(rawValue: "global")
    public static let unknown = SessionRowKind(rawValue: "unknown")
}

/// One row of the index of sessions. Rows may gain keys.
public struct SessionRow: Codable, Hashable, Sendable {
    public var key: String
    public var kind: SessionRowKind
    public var agentId: String
    public var sessionId: String
    public var updatedAt: Double
    public var createdAt: Double
    public var systemSent: Bool
    public var abortedLastRun: Bool
    public var inputTokens: Double
    public var outputTokens: Double
    public var totalTokens: Double
    public var contextTokens: Double
    /// What an operator wants otherwise for this session than its agent's configuration.
    public var modelOverride: String?
    public var thinkingLevel: String?

    public init(key: String, kind: SessionRowKind, agentId: String, sessionId: String, updatedAt: Double, createdAt: Double, systemSent: Bool, abortedLastRun: Bool, inputTokens: Double, outputTokens: Double, totalTokens: Double, contextTokens: Double, modelOverride: String? = nil, thinkingLevel: String? = nil) {
        self.key = key
        self.kind = kind
        self.agentId = agentId
        self.sessionId = sessionId
        self.updatedAt = updatedAt
        self.createdAt = createdAt
        self.systemSent = systemSent
        self.abortedLastRun = abortedLastRun
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.totalTokens = totalTokens
        self.contextTokens = contextTokens
        self.modelOverride = modelOverride
        self.thinkingLevel = thinkingLevel
    }
}

public struct SessionsCompactParams: Codable, Hashable, Sendable {
    public var key: String
    public var agentId: String?
    /// So many of the newest messages stay as they are, and no model is asked.
    public var maxLines: Int?
    /// What the summary is to keep in mind.
    public var instructions: String?

    public init(key: String, agentId: String? = nil, maxLines: Int? = nil, instructions: String? = nil) {
        self.key = key
        self.agentId = agentId
        self.maxLines = maxLines
        self.instructions = instructions
    }
}

public struct SessionsCompactResult: Codable, Hashable, Sendable {
    public var ok: Bool
    public var key: String
    public var compacted: Bool

    public init(ok: Bool, key: String, compacted: Bool) {
        self.ok = ok
        self.key = key
        self.compacted = compacted
    }
}

public struct SessionsDeleteParams: Codable, Hashable, Sendable {
    public var key: String
    public var agentId: String?
    /// Default true. False leaves the transcript where it is.
    public var deleteTranscript: Bool?
    public var expectedSessionId: String?
    public var emitLifecycleHooks: Bool?

    public init(key: String, agentId: String? = nil, deleteTranscript: Bool? = nil, expectedSessionId: String? = nil, emitLifecycleHooks: Bool? = nil) {
        self.key = key
        self.agentId = agentId
        self.deleteTranscript = deleteTranscript
        self.expectedSessionId = expectedSessionId
        self.emitLifecycleHooks = emitLifecycleHooks
    }
}

public struct SessionsDeleteResult: Codable, Hashable, Sendable {
    public var ok: Bool
    public var key: String
    public var deleted: Bool
    public var archived: [String]

    public init(ok: Bool, key: String, deleted: Bool, archived: [String]) {
        self.ok = ok
        self.key = key
        self.deleted = deleted
        self.archived = archived
    }
}

public struct SessionsDescribeParams: Codable, Hashable, Sendable {
    public var key: String
    public var agentId: String?
    public var includeDerivedTitles: Bool?
    public var includeLastMessage: Bool?

    public init(key: String, agentId: String? = nil, includeDerivedTitles: Bool? = nil, includeLastMessage: Bool? = nil) {
        self.key = key
        self.agentId = agentId
        self.includeDerivedTitles = includeDerivedTitles
        self.includeLastMessage = includeLastMessage
    }
}

public struct SessionsDescribeResult: Codable, Hashable, Sendable {
    public var session: SessionRow?

    public init(session: SessionRow? = nil) {
        self.session = session
    }
}

public struct SessionsListParamsSortBy: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let updatedAt = SessionsListParamsSortBy(rawValue: "updatedAt")
    public static let lastInteractionAt = SessionsListParamsSortBy(rawValue: "lastInteractionAt")
}

public struct SessionsListParams: Codable, Hashable, Sendable {
    public var limit: Int?
    public var offset: Int?
    public var cursor: String?
    public var activeMinutes: Int?
    public var includeGlobal: Bool?
    public var includeUnknown: Bool?
    public var includeDerivedTitles: Bool?
    public var includeLastMessage: Bool?
    public var configuredAgentsOnly: Bool?
    public var requireLastInteraction: Bool?
    public var sortBy: SessionsListParamsSortBy?
    public var ownerFirst: Bool?
    public var involvingMe: Bool?
    public var includePeople: Bool?
    public var archived: AnyCodable?
    public var label: String?
    public var spawnedBy: String?
    public var agentId: String?
    public var search: String?

    public init(limit: Int? = nil, offset: Int? = nil, cursor: String? = nil, activeMinutes: Int? = nil, includeGlobal: Bool? = nil, includeUnknown: Bool? = nil, includeDerivedTitles: Bool? = nil, includeLastMessage: Bool? = nil, configuredAgentsOnly: Bool? = nil, requireLastInteraction: Bool? = nil, sortBy: SessionsListParamsSortBy? = nil, ownerFirst: Bool? = nil, involvingMe: Bool? = nil, includePeople: Bool? = nil, archived: AnyCodable? = nil, label: String? = nil, spawnedBy: String? = nil, agentId: String? = nil, search: String? = nil) {
        self.limit = limit
        self.offset = offset
        self.cursor = cursor
        self.activeMinutes = activeMinutes
        self.includeGlobal = includeGlobal
        self.includeUnknown = includeUnknown
        self.includeDerivedTitles = includeDerivedTitles
        self.includeLastMessage = includeLastMessage
        self.configuredAgentsOnly = configuredAgentsOnly
        self.requireLastInteraction = requireLastInteraction
        self.sortBy = sortBy
        self.ownerFirst = ownerFirst
        self.involvingMe = involvingMe
        self.includePeople = includePeople
        self.archived = archived
        self.label = label
        self.spawnedBy = spawnedBy
        self.agentId = agentId
        self.search = search
    }
}

public struct SessionsListResultDefaults: Codable, Hashable, Sendable {
    public var modelProvider: String?
    public var model: String?
    public var contextTokens: Double?

    public init(modelProvider: String? = nil, model: String? = nil, contextTokens: Double? = nil) {
        self.modelProvider = modelProvider
        self.model = model
        self.contextTokens = contextTokens
    }
}

public struct SessionsListResult: Codable, Hashable, Sendable {
    public var ts: Double
    public var path: String
    public var count: Double
    public var totalCount: Double
    public var hasMore: Bool
    public var defaults: SessionsListResultDefaults
    public var sessions: [SessionRow]
    public var nextCursor: String?

    public init(ts: Double, path: String, count: Double, totalCount: Double, hasMore: Bool, defaults: SessionsListResultDefaults, sessions: [SessionRow], nextCursor: String? = nil) {
        self.ts = ts
        self.path = path
        self.count = count
        self.totalCount = totalCount
        self.hasMore = hasMore
        self.defaults = defaults
        self.sessions = sessions
        self.nextCursor = nextCursor
    }
}

public struct SessionsMessagesSubscribeParams: Codable, Hashable, Sendable {
    public var key: String
    public var agentId: String?

    public init(key: String, agentId: String? = nil) {
        self.key = key
        self.agentId = agentId
    }
}

public struct SessionsMessagesSubscribeResult: Codable, Hashable, Sendable {
    public var subscribed: Bool
    public var key: String

    public init(subscribed: Bool, key: String) {
        self.subscribed = subscribed
        self.key = key
    }
}

public struct SessionsMessagesUnsubscribeParams: Codable, Hashable, Sendable {
    public var key: String
    public var agentId: String?

    public init(key: String, agentId: String? = nil) {
        self.key = key
        self.agentId = agentId
    }
}

public struct SessionsMessagesUnsubscribeResult: Codable, Hashable, Sendable {
    public var subscribed: Bool
    public var key: String

    public init(subscribed: Bool, key: String) {
        self.subscribed = subscribed
        self.key = key
    }
}

public struct SessionsPatchParamsSendPolicy: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let allow = SessionsPatchParamsSendPolicy(rawValue: "allow")
    public static let deny = SessionsPatchParamsSendPolicy(rawValue: "deny")
}

public struct SessionsPatchParamsThinkingLevel: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let off = SessionsPatchParamsThinkingLevel(rawValue: "off")
    public static let minimal = SessionsPatchParamsThinkingLevel(rawValue: "minimal")
    public static let low = SessionsPatchParamsThinkingLevel(rawValue: "low")
    public static let medium = SessionsPatchParamsThinkingLevel(rawValue: "medium")
    public static let high = SessionsPatchParamsThinkingLevel(rawValue: "high")
    public static let xhigh = SessionsPatchParamsThinkingLevel(rawValue: "xhigh")
}

public struct SessionsPatchParamsQueueMode: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let followup = SessionsPatchParamsQueueMode(rawValue: "followup")
    public static let collect = SessionsPatchParamsQueueMode(rawValue: "collect")
    public static let steer = SessionsPatchParamsQueueMode(rawValue: "steer")
    public static let steerBacklog = SessionsPatchParamsQueueMode(rawValue: "steer-backlog")
    public static let interrupt = SessionsPatchParamsQueueMode(rawValue: "interrupt")
}

public struct SessionsPatchParamsQueueDrop: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let old = SessionsPatchParamsQueueDrop(rawValue: "old")
    public static let new = SessionsPatchParamsQueueDrop(rawValue: "new")
    public static let summarize = SessionsPatchParamsQueueDrop(rawValue: "summarize")
}

public struct SessionsPatchParamsQueue: Codable, Hashable, Sendable {
    public var mode: SessionsPatchParamsQueueMode?
    public var debounceMs: Int?
    public var cap: Int?
    public var drop: SessionsPatchParamsQueueDrop?

    public init(mode: SessionsPatchParamsQueueMode? = nil, debounceMs: Int? = nil, cap: Int? = nil, drop: SessionsPatchParamsQueueDrop? = nil) {
        self.mode = mode
        self.debounceMs = debounceMs
        self.cap = cap
        self.drop = drop
    }
}

public struct SessionsPatchParams: Codable, Hashable, Sendable {
    public var key: String
    public var agentId: String?
    public var label: String?
    public var sendPolicy: SessionsPatchParamsSendPolicy?
    /// An alias, `provider/model`, or a part of its name that only one has.
    public var model: String?
    public var thinkingLevel: SessionsPatchParamsThinkingLevel?
    /// What is not named here stays as the configuration has it.
    public var queue: SessionsPatchParamsQueue?

    public init(key: String, agentId: String? = nil, label: String? = nil, sendPolicy: SessionsPatchParamsSendPolicy? = nil, model: String? = nil, thinkingLevel: SessionsPatchParamsThinkingLevel? = nil, queue: SessionsPatchParamsQueue? = nil) {
        self.key = key
        self.agentId = agentId
        self.label = label
        self.sendPolicy = sendPolicy
        self.model = model
        self.thinkingLevel = thinkingLevel
        self.queue = queue
    }
}

public struct SessionsPatchResult: Codable, Hashable, Sendable {
    public var ok: Bool
    public var path: String
    public var key: String
    public var entry: SessionRow

    public init(ok: Bool, path: String, key: String, entry: SessionRow) {
        self.ok = ok
        self.path = path
        self.key = key
        self.entry = entry
    }
}

public struct SessionsPreviewParams: Codable, Hashable, Sendable {
    public var keys: [String]
    public var limit: Int?
    public var maxChars: Int?

    public init(keys: [String], limit: Int? = nil, maxChars: Int? = nil) {
        self.keys = keys
        self.limit = limit
        self.maxChars = maxChars
    }
}

public struct SessionsPreviewResultPreviewsItemStatus: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let ok = SessionsPreviewResultPreviewsItemStatus(rawValue: "ok")
    public static let empty = SessionsPreviewResultPreviewsItemStatus(rawValue: "empty")
    public static let missing = SessionsPreviewResultPreviewsItemStatus(rawValue: "missing")
}

public struct SessionsPreviewResultPreviewsItemItemsItemRole: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let user = SessionsPreviewResultPreviewsItemItemsItemRole(rawValue: "user")
    public static let assistant = SessionsPreviewResultPreviewsItemItemsItemRole(rawValue: "assistant")
    public static let tool = SessionsPreviewResultPreviewsItemItemsItemRole(rawValue: "tool")
}

public struct SessionsPreviewResultPreviewsItemItemsItem: Codable, Hashable, Sendable {
    public var role: SessionsPreviewResultPreviewsItemItemsItemRole
    public var text: String

    public init(role: SessionsPreviewResultPreviewsItemItemsItemRole, text: String) {
        self.role = role
        self.text = text
    }
}

public struct SessionsPreviewResultPreviewsItem: Codable, Hashable, Sendable {
    public var key: String
    public var status: SessionsPreviewResultPreviewsItemStatus
    public var items: [SessionsPreviewResultPreviewsItemItemsItem]

    public init(key: String, status: SessionsPreviewResultPreviewsItemStatus, items: [SessionsPreviewResultPreviewsItemItemsItem]) {
        self.key = key
        self.status = status
        self.items = items
    }
}

public struct SessionsPreviewResult: Codable, Hashable, Sendable {
    public var ts: Double
    public var previews: [SessionsPreviewResultPreviewsItem]

    public init(ts: Double, previews: [SessionsPreviewResultPreviewsItem]) {
        self.ts = ts
        self.previews = previews
    }
}

public struct SessionsResetParamsReason: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let new = SessionsResetParamsReason(rawValue: "new")
    public static let reset = SessionsResetParamsReason(rawValue: "reset")
}

public struct SessionsResetParams: Codable, Hashable, Sendable {
    public var key: String
    public var agentId: String?
    public var reason: SessionsResetParamsReason?

    public init(key: String, agentId: String? = nil, reason: SessionsResetParamsReason? = nil) {
        self.key = key
        self.agentId = agentId
        self.reason = reason
    }
}

public struct SessionsResetResult: Codable, Hashable, Sendable {
    public var ok: Bool
    public var key: String

    public init(ok: Bool, key: String) {
        self.ok = ok
        self.key = key
    }
}

public struct SessionsResolveParams: Codable, Hashable, Sendable {
    public var key: String?
    public var sessionId: String?
    public var label: String?
    public var agentId: String?
    public var spawnedBy: String?
    public var includeGlobal: Bool?
    public var includeUnknown: Bool?
    /// Answer `ok: false` instead of an error.
    public var allowMissing: Bool?

    public init(key: String? = nil, sessionId: String? = nil, label: String? = nil, agentId: String? = nil, spawnedBy: String? = nil, includeGlobal: Bool? = nil, includeUnknown: Bool? = nil, allowMissing: Bool? = nil) {
        self.key = key
        self.sessionId = sessionId
        self.label = label
        self.agentId = agentId
        self.spawnedBy = spawnedBy
        self.includeGlobal = includeGlobal
        self.includeUnknown = includeUnknown
        self.allowMissing = allowMissing
    }
}

public struct SessionsResolveResult: Codable, Hashable, Sendable {
    public var ok: Bool
    public var key: String?

    public init(ok: Bool, key: String? = nil) {
        self.ok = ok
        self.key = key
    }
}

public struct SessionsSubscribeParamsSortBy: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let updatedAt = SessionsSubscribeParamsSortBy(rawValue: "updatedAt")
    public static let lastInteractionAt = SessionsSubscribeParamsSortBy(rawValue: "lastInteractionAt")
}

public struct SessionsSubscribeParams: Codable, Hashable, Sendable {
    public var limit: Int?
    public var offset: Int?
    public var cursor: String?
    public var activeMinutes: Int?
    public var includeGlobal: Bool?
    public var includeUnknown: Bool?
    public var includeDerivedTitles: Bool?
    public var includeLastMessage: Bool?
    public var configuredAgentsOnly: Bool?
    public var requireLastInteraction: Bool?
    public var sortBy: SessionsSubscribeParamsSortBy?
    public var ownerFirst: Bool?
    public var involvingMe: Bool?
    public var includePeople: Bool?
    public var archived: AnyCodable?
    public var label: String?
    public var spawnedBy: String?
    public var agentId: String?
    public var search: String?

    public init(limit: Int? = nil, offset: Int? = nil, cursor: String? = nil, activeMinutes: Int? = nil, includeGlobal: Bool? = nil, includeUnknown: Bool? = nil, includeDerivedTitles: Bool? = nil, includeLastMessage: Bool? = nil, configuredAgentsOnly: Bool? = nil, requireLastInteraction: Bool? = nil, sortBy: SessionsSubscribeParamsSortBy? = nil, ownerFirst: Bool? = nil, involvingMe: Bool? = nil, includePeople: Bool? = nil, archived: AnyCodable? = nil, label: String? = nil, spawnedBy: String? = nil, agentId: String? = nil, search: String? = nil) {
        self.limit = limit
        self.offset = offset
        self.cursor = cursor
        self.activeMinutes = activeMinutes
        self.includeGlobal = includeGlobal
        self.includeUnknown = includeUnknown
        self.includeDerivedTitles = includeDerivedTitles
        self.includeLastMessage = includeLastMessage
        self.configuredAgentsOnly = configuredAgentsOnly
        self.requireLastInteraction = requireLastInteraction
        self.sortBy = sortBy
        self.ownerFirst = ownerFirst
        self.involvingMe = involvingMe
        self.includePeople = includePeople
        self.archived = archived
        self.label = label
        self.spawnedBy = spawnedBy
        self.agentId = agentId
        self.search = search
    }
}

public struct SessionsSubscribeResult: Codable, Hashable, Sendable {
    public var subscribed: Bool

    public init(subscribed: Bool) {
        self.subscribed = subscribed
    }
}

public struct SessionsUnsubscribeParams: Codable, Hashable, Sendable {
    public init() {}
}

public struct SessionsUnsubscribeResult: Codable, Hashable, Sendable {
    public var subscribed: Bool

    public init(subscribed: Bool) {
        self.subscribed = subscribed
    }
}

public struct ShutdownEvent: Codable, Hashable, Sendable {
    public var reason: String
    public var restartExpectedMs: Int?

    public init(reason: String, restartExpectedMs: Int? = nil) {
        self.reason = reason
        self.restartExpectedMs = restartExpectedMs
    }
}

public struct SkillsStatusParams: Codable, Hashable, Sendable {
    public var agentId: String?
    public var sessionKey: String?

    public init(agentId: String? = nil, sessionKey: String? = nil) {
        self.agentId = agentId
        self.sessionKey = sessionKey
    }
}

public struct SkillsStatusResult: Codable, Hashable, Sendable {
    public var workspaceDir: String
    public var managedSkillsDir: String
    public var skills: [[String: AnyCodable]]

    public init(workspaceDir: String, managedSkillsDir: String, skills: [[String: AnyCodable]]) {
        self.workspaceDir = workspaceDir
        self.managedSkillsDir = managedSkillsDir
        self.skills = skills
    }
}

public struct StateVersion: Codable, Hashable, Sendable {
    public var presence: Int
    public var health: Int

    public init(presence: Int, health: Int) {
        self.presence = presence
        self.health = health
    }
}

public struct StatusParams: Codable, Hashable, Sendable {
    public init() {}
}

public typealias StatusResult = [String: AnyCodable]

public struct SuppliersStatusParams: Codable, Hashable, Sendable {
    public init() {}
}

public struct SuppliersStatusResult: Codable, Hashable, Sendable {
    public var suppliers: [[String: AnyCodable]]

    public init(suppliers: [[String: AnyCodable]]) {
        self.suppliers = suppliers
    }
}

public struct SystemEventParams: Codable, Hashable, Sendable {
    public var text: String
    public var deviceId: String?
    public var instanceId: String?
    public var host: String?
    public var ip: String?
    public var mode: String?
    public var version: String?
    public var platform: String?
    public var deviceFamily: String?
    public var modelIdentifier: String?
    public var lastInputSeconds: Double?
    public var reason: String?
    public var roles: [String]?
    public var scopes: [String]?
    public var tags: [String]?

    public init(text: String, deviceId: String? = nil, instanceId: String? = nil, host: String? = nil, ip: String? = nil, mode: String? = nil, version: String? = nil, platform: String? = nil, deviceFamily: String? = nil, modelIdentifier: String? = nil, lastInputSeconds: Double? = nil, reason: String? = nil, roles: [String]? = nil, scopes: [String]? = nil, tags: [String]? = nil) {
        self.text = text
        self.deviceId = deviceId
        self.instanceId = instanceId
        self.host = host
        self.ip = ip
        self.mode = mode
        self.version = version
        self.platform = platform
        self.deviceFamily = deviceFamily
        self.modelIdentifier = modelIdentifier
        self.lastInputSeconds = lastInputSeconds
        self.reason = reason
        self.roles = roles
        self.scopes = scopes
        self.tags = tags
    }
}

public struct SystemEventResult: Codable, Hashable, Sendable {
    public var ok: Bool

    public init(ok: Bool) {
        self.ok = ok
    }
}

public struct SystemPresenceParams: Codable, Hashable, Sendable {
    public init() {}
}

public typealias SystemPresenceResult = [[String: AnyCodable]]

/// A text that a platform has to know beforehand (WhatsApp outside of its 24 hours). `text` of the message says the same in words.
public struct TemplateUse: Codable, Hashable, Sendable {
    /// Ours; the configuration of the channel says what the platform calls it.
    public var name: String
    /// BCP 47.
    public var locale: String
    /// In the order in which the template names them.
    public var variables: [String: String]

    public init(name: String, locale: String, variables: [String: String]) {
        self.name = name
        self.locale = locale
        self.variables = variables
    }
}

public struct TemplatesLintParams: Codable, Hashable, Sendable {
    public init() {}
}

public struct TemplatesLintResultProblemsItem: Codable, Hashable, Sendable {
    public var template: String
    public var variant: String?
    public var problem: String

    public init(template: String, variant: String? = nil, problem: String) {
        self.template = template
        self.variant = variant
        self.problem = problem
    }
}

public struct TemplatesLintResult: Codable, Hashable, Sendable {
    public var ok: Bool
    public var problems: [TemplatesLintResultProblemsItem]

    public init(ok: Bool, problems: [TemplatesLintResultProblemsItem]) {
        self.ok = ok
        self.problems = problems
    }
}

public struct TemplatesListParams: Codable, Hashable, Sendable {
    public init() {}
}

public struct TemplatesListResultTemplatesItemVariantsItemSource: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let shipped = TemplatesListResultTemplatesItemVariantsItemSource(rawValue: "shipped")
    public static let agency = TemplatesListResultTemplatesItemVariantsItemSource(rawValue: "agency")
}

public struct TemplatesListResultTemplatesItemVariantsItem: Codable, Hashable, Sendable {
    public var locale: String
    public var channel: String?
    public var source: TemplatesListResultTemplatesItemVariantsItemSource
    public var body: String

    public init(locale: String, channel: String? = nil, source: TemplatesListResultTemplatesItemVariantsItemSource, body: String) {
        self.locale = locale
        self.channel = channel
        self.source = source
        self.body = body
    }
}

public struct TemplatesListResultTemplatesItem: Codable, Hashable, Sendable {
    public var name: String
    public var purpose: String
    public var kind: String
    public var variables: [String: String]
    public var variants: [TemplatesListResultTemplatesItemVariantsItem]

    public init(name: String, purpose: String, kind: String, variables: [String: String], variants: [TemplatesListResultTemplatesItemVariantsItem]) {
        self.name = name
        self.purpose = purpose
        self.kind = kind
        self.variables = variables
        self.variants = variants
    }
}

public struct TemplatesListResult: Codable, Hashable, Sendable {
    public var templates: [TemplatesListResultTemplatesItem]

    public init(templates: [TemplatesListResultTemplatesItem]) {
        self.templates = templates
    }
}

public struct TemplatesPreviewParams: Codable, Hashable, Sendable {
    public var name: String
    public var locale: String?
    public var channel: String?
    public var timeZone: String?
    public var values: [String: AnyCodable]?

    public init(name: String, locale: String? = nil, channel: String? = nil, timeZone: String? = nil, values: [String: AnyCodable]? = nil) {
        self.name = name
        self.locale = locale
        self.channel = channel
        self.timeZone = timeZone
        self.values = values
    }
}

public struct TemplatesPreviewResultWhatsapp: Codable, Hashable, Sendable {
    public var name: String
    public var language: String
    public var parameters: [String]

    public init(name: String, language: String, parameters: [String]) {
        self.name = name
        self.language = language
        self.parameters = parameters
    }
}

public struct TemplatesPreviewResult: Codable, Hashable, Sendable {
    public var template: String
    public var locale: String
    public var channel: String
    public var text: String
    public var subject: String?
    public var html: String?
    public var whatsapp: TemplatesPreviewResultWhatsapp?

    public init(template: String, locale: String, channel: String, text: String, subject: String? = nil, html: String? = nil, whatsapp: TemplatesPreviewResultWhatsapp? = nil) {
        self.template = template
        self.locale = locale
        self.channel = channel
        self.text = text
        self.subject = subject
        self.html = html
        self.whatsapp = whatsapp
    }
}

public struct TemplatesSendParams: Codable, Hashable, Sendable {
    public var id: String?
    public var name: String
    public var sessionKey: String
    public var values: [String: AnyCodable]
    public var locale: String?
    public var idempotencyKey: String

    public init(id: String? = nil, name: String, sessionKey: String, values: [String: AnyCodable], locale: String? = nil, idempotencyKey: String) {
        self.id = id
        self.name = name
        self.sessionKey = sessionKey
        self.values = values
        self.locale = locale
        self.idempotencyKey = idempotencyKey
    }
}

public struct TemplatesSendResultStatus: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let scheduled = TemplatesSendResultStatus(rawValue: "scheduled")
    public static let sent = TemplatesSendResultStatus(rawValue: "sent")
    public static let refused = TemplatesSendResultStatus(rawValue: "refused")
    public static let failed = TemplatesSendResultStatus(rawValue: "failed")
}

public struct TemplatesSendResult: Codable, Hashable, Sendable {
    public var id: String
    public var status: TemplatesSendResultStatus
    public var at: String
    public var reason: String?

    public init(id: String, status: TemplatesSendResultStatus, at: String, reason: String? = nil) {
        self.id = id
        self.status = status
        self.at = at
        self.reason = reason
    }
}

public struct TickEvent: Codable, Hashable, Sendable {
    public var ts: Int

    public init(ts: Int) {
        self.ts = ts
    }
}

public struct TravelTime: Codable, Hashable, Sendable {
    /// Wall clock at the place, `2027-03-28T10:15:00`.
    public var local: String
    /// IANA zone of the place.
    public var timeZone: String
    /// The same instant in UTC, `2027-03-28T08:15:00Z`.
    public var utc: String

    public init(local: String, timeZone: String, utc: String) {
        self.local = local
        self.timeZone = timeZone
        self.utc = utc
    }
}

public struct UsageCostParams: Codable, Hashable, Sendable {
    public var days: Int?
    public var startDate: String?
    public var endDate: String?
    public var agentId: String?
    public var agentScope: String?
    public var mode: String?

    public init(days: Int? = nil, startDate: String? = nil, endDate: String? = nil, agentId: String? = nil, agentScope: String? = nil, mode: String? = nil) {
        self.days = days
        self.startDate = startDate
        self.endDate = endDate
        self.agentId = agentId
        self.agentScope = agentScope
        self.mode = mode
    }
}

public struct UsageCostResult: Codable, Hashable, Sendable {
    public var updatedAt: Double
    public var days: Double
    public var daily: [[String: AnyCodable]]
    public var totals: [String: AnyCodable]

    public init(updatedAt: Double, days: Double, daily: [[String: AnyCodable]], totals: [String: AnyCodable]) {
        self.updatedAt = updatedAt
        self.days = days
        self.daily = daily
        self.totals = totals
    }
}

public struct UsageStatusParams: Codable, Hashable, Sendable {
    public init() {}
}

public struct UsageStatusResult: Codable, Hashable, Sendable {
    public var updatedAt: Double
    public var providers: [[String: AnyCodable]]

    public init(updatedAt: Double, providers: [[String: AnyCodable]]) {
        self.updatedAt = updatedAt
        self.providers = providers
    }
}

public struct VaultAddParamsKind: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let passport = VaultAddParamsKind(rawValue: "passport")
    public static let identityCard = VaultAddParamsKind(rawValue: "identity-card")
    public static let visa = VaultAddParamsKind(rawValue: "visa")
    public static let residencePermit = VaultAddParamsKind(rawValue: "residence-permit")
    public static let drivingLicence = VaultAddParamsKind(rawValue: "driving-licence")
    public static let knownTraveller = VaultAddParamsKind(rawValue: "known-traveller")
    public static let loyalty = VaultAddParamsKind(rawValue: "loyalty")
    public static let insurance = VaultAddParamsKind(rawValue: "insurance")
}

public struct VaultAddParamsHolder: Codable, Hashable, Sendable {
    public var givenName: String
    public var familyName: String

    public init(givenName: String, familyName: String) {
        self.givenName = givenName
        self.familyName = familyName
    }
}

public struct VaultAddParamsGender: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let M = VaultAddParamsGender(rawValue: "M")
    public static let F = VaultAddParamsGender(rawValue: "F")
    public static let X = VaultAddParamsGender(rawValue: "X")
}

public struct VaultAddParams: Codable, Hashable, Sendable {
    public var customerId: String
    public var kind: VaultAddParamsKind
    public var number: String
    public var holder: VaultAddParamsHolder
    public var country: String?
    public var nationality: String?
    public var bornOn: String?
    public var gender: VaultAddParamsGender?
    public var issuedOn: String?
    public var expiresOn: String?
    public var issuer: String?
    public var idempotencyKey: String

    public init(customerId: String, kind: VaultAddParamsKind, number: String, holder: VaultAddParamsHolder, country: String? = nil, nationality: String? = nil, bornOn: String? = nil, gender: VaultAddParamsGender? = nil, issuedOn: String? = nil, expiresOn: String? = nil, issuer: String? = nil, idempotencyKey: String) {
        self.customerId = customerId
        self.kind = kind
        self.number = number
        self.holder = holder
        self.country = country
        self.nationality = nationality
        self.bornOn = bornOn
        self.gender = gender
        self.issuedOn = issuedOn
        self.expiresOn = expiresOn
        self.issuer = issuer
        self.idempotencyKey = idempotencyKey
    }
}

public struct VaultAddResult: Codable, Hashable, Sendable {
    public var document: VaultDocument
    public var duplicates: Int

    public init(document: VaultDocument, duplicates: Int) {
        self.document = document
        self.duplicates = duplicates
    }
}

public struct VaultAuditParams: Codable, Hashable, Sendable {
    public var documentId: String?
    public var customerId: String?
    public var limit: Int?

    public init(documentId: String? = nil, customerId: String? = nil, limit: Int? = nil) {
        self.documentId = documentId
        self.customerId = customerId
        self.limit = limit
    }
}

public struct VaultAuditResultEntriesItem: Codable, Hashable, Sendable {
    public var id: String
    public var at: String
    public var action: String
    public var `actor`: String
    public var why: [String: String]
    public var fields: [String]

    public init(id: String, at: String, action: String, `actor`: String, why: [String: String], fields: [String]) {
        self.id = id
        self.at = at
        self.action = action
        self.`actor` = `actor`
        self.why = why
        self.fields = fields
    }
}

public struct VaultAuditResult: Codable, Hashable, Sendable {
    public var entries: [VaultAuditResultEntriesItem]

    public init(entries: [VaultAuditResultEntriesItem]) {
        self.entries = entries
    }
}

public struct VaultCheckParams: Codable, Hashable, Sendable {
    public var id: String

    public init(id: String) {
        self.id = id
    }
}

public struct VaultCheckResult: Codable, Hashable, Sendable {
    public var file: VaultFile

    public init(file: VaultFile) {
        self.file = file
    }
}

public struct VaultDocumentKind: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let passport = VaultDocumentKind(rawValue: "passport")
    public static let identityCard = VaultDocumentKind(rawValue: "identity-card")
    public static let visa = VaultDocumentKind(rawValue: "visa")
    public static let residencePermit = VaultDocumentKind(rawValue: "residence-permit")
    public static let drivingLicence = VaultDocumentKind(rawValue: "driving-licence")
    public static let knownTraveller = VaultDocumentKind(rawValue: "known-traveller")
    public static let loyalty = VaultDocumentKind(rawValue: "loyalty")
    public static let insurance = VaultDocumentKind(rawValue: "insurance")
}

public struct VaultDocumentHolder: Codable, Hashable, Sendable {
    public var givenName: String
    public var familyName: String

    public init(givenName: String, familyName: String) {
        self.givenName = givenName
        self.familyName = familyName
    }
}

/// Masked: the end of a number, the year of a date of birth.
public struct VaultDocument: Codable, Hashable, Sendable {
    public var id: String
    public var customerId: String
    public var kind: VaultDocumentKind
    public var holder: VaultDocumentHolder
    public var country: String?
    public var expiresOn: String?
    public var issuer: String?
    public var masked: [String: String]
    public var createdAt: String
    public var updatedAt: String
    public var version: Int

    public init(id: String, customerId: String, kind: VaultDocumentKind, holder: VaultDocumentHolder, country: String? = nil, expiresOn: String? = nil, issuer: String? = nil, masked: [String: String], createdAt: String, updatedAt: String, version: Int) {
        self.id = id
        self.customerId = customerId
        self.kind = kind
        self.holder = holder
        self.country = country
        self.expiresOn = expiresOn
        self.issuer = issuer
        self.masked = masked
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.version = version
    }
}

public struct VaultFileState: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let quarantined = VaultFileState(rawValue: "quarantined")
    public static let clean = VaultFileState(rawValue: "clean")
    public static let refused = VaultFileState(rawValue: "refused")
}

public struct VaultFile: Codable, Hashable, Sendable {
    public var id: String
    public var customerId: String
    public var name: String
    public var type: String
    public var size: Int
    public var state: VaultFileState
    public var reason: String?
    public var addedBy: String
    public var createdAt: String

    public init(id: String, customerId: String, name: String, type: String, size: Int, state: VaultFileState, reason: String? = nil, addedBy: String, createdAt: String) {
        self.id = id
        self.customerId = customerId
        self.name = name
        self.type = type
        self.size = size
        self.state = state
        self.reason = reason
        self.addedBy = addedBy
        self.createdAt = createdAt
    }
}

public struct VaultListParams: Codable, Hashable, Sendable {
    public var customerId: String

    public init(customerId: String) {
        self.customerId = customerId
    }
}

public struct VaultListResult: Codable, Hashable, Sendable {
    public var documents: [VaultDocument]
    public var damaged: [String]
    public var files: [VaultFile]

    public init(documents: [VaultDocument], damaged: [String], files: [VaultFile]) {
        self.documents = documents
        self.damaged = damaged
        self.files = files
    }
}

public struct VaultRemoveParams: Codable, Hashable, Sendable {
    public var id: String
    public var reason: String?

    public init(id: String, reason: String? = nil) {
        self.id = id
        self.reason = reason
    }
}

public struct VaultRemoveResult: Codable, Hashable, Sendable {
    public var removed: Bool

    public init(removed: Bool) {
        self.removed = removed
    }
}

public struct VaultRotateParams: Codable, Hashable, Sendable {
    public init() {}
}

public struct VaultRotateResult: Codable, Hashable, Sendable {
    public var rotated: Int
    public var keyId: String

    public init(rotated: Int, keyId: String) {
        self.rotated = rotated
        self.keyId = keyId
    }
}

public struct Vertical: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let flight = Vertical(rawValue: "flight")
    public static let hotel = Vertical(rawValue: "hotel")
    public static let car = Vertical(rawValue: "car")
}

public struct WakeParamsMode: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let now = WakeParamsMode(rawValue: "now")
    public static let nextHeartbeat = WakeParamsMode(rawValue: "next-heartbeat")
}

public struct WakeParams: Codable, Hashable, Sendable {
    public var mode: WakeParamsMode
    public var text: String
    public var sessionKey: String?
    public var agentId: String?

    public init(mode: WakeParamsMode, text: String, sessionKey: String? = nil, agentId: String? = nil) {
        self.mode = mode
        self.text = text
        self.sessionKey = sessionKey
        self.agentId = agentId
    }
}

public struct WakeResult: Codable, Hashable, Sendable {
    public var ok: Bool

    public init(ok: Bool) {
        self.ok = ok
    }
}

public struct WatchesAddParams: Codable, Hashable, Sendable {
    public var sessionKey: String
    public var origin: String
    public var destination: String
    public var departureDate: String
    public var returnDate: String?
    public var adults: Int?
    /// For all travellers together, in the currency's main unit.
    public var below: Double
    /// Default EUR.
    public var currency: String?
    public var idempotencyKey: String

    public init(sessionKey: String, origin: String, destination: String, departureDate: String, returnDate: String? = nil, adults: Int? = nil, below: Double, currency: String? = nil, idempotencyKey: String) {
        self.sessionKey = sessionKey
        self.origin = origin
        self.destination = destination
        self.departureDate = departureDate
        self.returnDate = returnDate
        self.adults = adults
        self.below = below
        self.currency = currency
        self.idempotencyKey = idempotencyKey
    }
}

public struct WatchesAddResultWatchFlight: Codable, Hashable, Sendable {
    public var origin: String
    public var destination: String
    public var departureDate: String
    public var returnDate: String?
    public var adults: Int

    public init(origin: String, destination: String, departureDate: String, returnDate: String? = nil, adults: Int) {
        self.origin = origin
        self.destination = destination
        self.departureDate = departureDate
        self.returnDate = returnDate
        self.adults = adults
    }
}

public struct WatchesAddResultWatchState: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let `open` = WatchesAddResultWatchState(rawValue: "open")
    public static let told = WatchesAddResultWatchState(rawValue: "told")
    public static let stopped = WatchesAddResultWatchState(rawValue: "stopped")
    public static let over = WatchesAddResultWatchState(rawValue: "over")
}

public struct WatchesAddResultWatch: Codable, Hashable, Sendable {
    public var id: String
    public var sessionKey: String
    public var customerId: String?
    public var flight: WatchesAddResultWatchFlight
    public var below: Money
    public var state: WatchesAddResultWatchState
    public var createdAt: String
    public var checkedAt: String?
    public var price: Money?

    public init(id: String, sessionKey: String, customerId: String? = nil, flight: WatchesAddResultWatchFlight, below: Money, state: WatchesAddResultWatchState, createdAt: String, checkedAt: String? = nil, price: Money? = nil) {
        self.id = id
        self.sessionKey = sessionKey
        self.customerId = customerId
        self.flight = flight
        self.below = below
        self.state = state
        self.createdAt = createdAt
        self.checkedAt = checkedAt
        self.price = price
    }
}

public struct WatchesAddResult: Codable, Hashable, Sendable {
    public var watch: WatchesAddResultWatch

    public init(watch: WatchesAddResultWatch) {
        self.watch = watch
    }
}

public struct WatchesListParams: Codable, Hashable, Sendable {
    public var sessionKey: String?
    public var customerId: String?
    /// Those that ended, too.
    public var all: Bool?
    public var limit: Int?

    public init(sessionKey: String? = nil, customerId: String? = nil, all: Bool? = nil, limit: Int? = nil) {
        self.sessionKey = sessionKey
        self.customerId = customerId
        self.all = all
        self.limit = limit
    }
}

public struct WatchesListResultWatchesItemFlight: Codable, Hashable, Sendable {
    public var origin: String
    public var destination: String
    public var departureDate: String
    public var returnDate: String?
    public var adults: Int

    public init(origin: String, destination: String, departureDate: String, returnDate: String? = nil, adults: Int) {
        self.origin = origin
        self.destination = destination
        self.departureDate = departureDate
        self.returnDate = returnDate
        self.adults = adults
    }
}

public struct WatchesListResultWatchesItemState: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let `open` = WatchesListResultWatchesItemState(rawValue: "open")
    public static let told = WatchesListResultWatchesItemState(rawValue: "told")
    public static let stopped = WatchesListResultWatchesItemState(rawValue: "stopped")
    public static let over = WatchesListResultWatchesItemState(rawValue: "over")
}

public struct WatchesListResultWatchesItem: Codable, Hashable, Sendable {
    public var id: String
    public var sessionKey: String
    public var customerId: String?
    public var flight: WatchesListResultWatchesItemFlight
    public var below: Money
    public var state: WatchesListResultWatchesItemState
    public var createdAt: String
    public var checkedAt: String?
    public var price: Money?

    public init(id: String, sessionKey: String, customerId: String? = nil, flight: WatchesListResultWatchesItemFlight, below: Money, state: WatchesListResultWatchesItemState, createdAt: String, checkedAt: String? = nil, price: Money? = nil) {
        self.id = id
        self.sessionKey = sessionKey
        self.customerId = customerId
        self.flight = flight
        self.below = below
        self.state = state
        self.createdAt = createdAt
        self.checkedAt = checkedAt
        self.price = price
    }
}

public struct WatchesListResult: Codable, Hashable, Sendable {
    public var watches: [WatchesListResultWatchesItem]

    public init(watches: [WatchesListResultWatchesItem]) {
        self.watches = watches
    }
}

public struct WatchesRemoveParams: Codable, Hashable, Sendable {
    public var id: String

    public init(id: String) {
        self.id = id
    }
}

public struct WatchesRemoveResultWatchFlight: Codable, Hashable, Sendable {
    public var origin: String
    public var destination: String
    public var departureDate: String
    public var returnDate: String?
    public var adults: Int

    public init(origin: String, destination: String, departureDate: String, returnDate: String? = nil, adults: Int) {
        self.origin = origin
        self.destination = destination
        self.departureDate = departureDate
        self.returnDate = returnDate
        self.adults = adults
    }
}

public struct WatchesRemoveResultWatchState: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let `open` = WatchesRemoveResultWatchState(rawValue: "open")
    public static let told = WatchesRemoveResultWatchState(rawValue: "told")
    public static let stopped = WatchesRemoveResultWatchState(rawValue: "stopped")
    public static let over = WatchesRemoveResultWatchState(rawValue: "over")
}

public struct WatchesRemoveResultWatch: Codable, Hashable, Sendable {
    public var id: String
    public var sessionKey: String
    public var customerId: String?
    public var flight: WatchesRemoveResultWatchFlight
    public var below: Money
    public var state: WatchesRemoveResultWatchState
    public var createdAt: String
    public var checkedAt: String?
    public var price: Money?

    public init(id: String, sessionKey: String, customerId: String? = nil, flight: WatchesRemoveResultWatchFlight, below: Money, state: WatchesRemoveResultWatchState, createdAt: String, checkedAt: String? = nil, price: Money? = nil) {
        self.id = id
        self.sessionKey = sessionKey
        self.customerId = customerId
        self.flight = flight
        self.below = below
        self.state = state
        self.createdAt = createdAt
        self.checkedAt = checkedAt
        self.price = price
    }
}

public struct WatchesRemoveResult: Codable, Hashable, Sendable {
    public var watch: WatchesRemoveResultWatch

    public init(watch: WatchesRemoveResultWatch) {
        self.watch = watch
    }
}

public struct WebLoginStartParams: Codable, Hashable, Sendable {
    public var force: Bool?
    public var timeoutMs: Int?
    public var verbose: Bool?
    public var accountId: String?

    public init(force: Bool? = nil, timeoutMs: Int? = nil, verbose: Bool? = nil, accountId: String? = nil) {
        self.force = force
        self.timeoutMs = timeoutMs
        self.verbose = verbose
        self.accountId = accountId
    }
}

public struct WebLoginStartResult: Codable, Hashable, Sendable {
    public var message: String
    public var qrDataUrl: String?

    public init(message: String, qrDataUrl: String? = nil) {
        self.message = message
        self.qrDataUrl = qrDataUrl
    }
}

public struct WebLoginWaitParams: Codable, Hashable, Sendable {
    public var timeoutMs: Int?
    public var accountId: String?
    public var currentQrDataUrl: String?

    public init(timeoutMs: Int? = nil, accountId: String? = nil, currentQrDataUrl: String? = nil) {
        self.timeoutMs = timeoutMs
        self.accountId = accountId
        self.currentQrDataUrl = currentQrDataUrl
    }
}

public struct WebLoginWaitResult: Codable, Hashable, Sendable {
    public var message: String
    public var connected: Bool

    public init(message: String, connected: Bool) {
        self.message = message
        self.connected = connected
    }
}

public struct WebhooksAddParamsEventsItem: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let bookingChanged = WebhooksAddParamsEventsItem(rawValue: "booking.changed")
    public static let conversationHandedOver = WebhooksAddParamsEventsItem(rawValue: "conversation.handed-over")
    public static let approvalRequested = WebhooksAddParamsEventsItem(rawValue: "approval.requested")
    public static let deliveryFailed = WebhooksAddParamsEventsItem(rawValue: "delivery.failed")
}

public struct WebhooksAddParams: Codable, Hashable, Sendable {
    public var url: String
    public var events: [WebhooksAddParamsEventsItem]
    public var description: String?
    public var idempotencyKey: String

    public init(url: String, events: [WebhooksAddParamsEventsItem], description: String? = nil, idempotencyKey: String) {
        self.url = url
        self.events = events
        self.description = description
        self.idempotencyKey = idempotencyKey
    }
}

public struct WebhooksAddResultWebhook: Codable, Hashable, Sendable {
    public var id: String
    public var url: String
    public var events: [String]
    public var description: String?
    public var createdBy: String
    public var createdAt: String
    public var disabled: String?

    public init(id: String, url: String, events: [String], description: String? = nil, createdBy: String, createdAt: String, disabled: String? = nil) {
        self.id = id
        self.url = url
        self.events = events
        self.description = description
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.disabled = disabled
    }
}

public struct WebhooksAddResult: Codable, Hashable, Sendable {
    public var webhook: WebhooksAddResultWebhook
    public var secret: String

    public init(webhook: WebhooksAddResultWebhook, secret: String) {
        self.webhook = webhook
        self.secret = secret
    }
}

public struct WebhooksDeliveriesParamsStatus: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let pending = WebhooksDeliveriesParamsStatus(rawValue: "pending")
    public static let delivered = WebhooksDeliveriesParamsStatus(rawValue: "delivered")
    public static let dead = WebhooksDeliveriesParamsStatus(rawValue: "dead")
}

public struct WebhooksDeliveriesParams: Codable, Hashable, Sendable {
    public var status: WebhooksDeliveriesParamsStatus?
    public var webhookId: String?
    public var limit: Int?

    public init(status: WebhooksDeliveriesParamsStatus? = nil, webhookId: String? = nil, limit: Int? = nil) {
        self.status = status
        self.webhookId = webhookId
        self.limit = limit
    }
}

public struct WebhooksDeliveriesResultDeliveriesItemStatus: RawRepresentable, Codable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static let pending = WebhooksDeliveriesResultDeliveriesItemStatus(rawValue: "pending")
    public static let delivered = WebhooksDeliveriesResultDeliveriesItemStatus(rawValue: "delivered")
    public static let dead = WebhooksDeliveriesResultDeliveriesItemStatus(rawValue: "dead")
}

public struct WebhooksDeliveriesResultDeliveriesItem: Codable, Hashable, Sendable {
    public var id: String
    public var webhookId: String
    public var event: String
    public var status: WebhooksDeliveriesResultDeliveriesItemStatus
    public var attempts: Int
    public var reason: String?
    public var createdAt: String
    public var nextAt: String?

    public init(id: String, webhookId: String, event: String, status: WebhooksDeliveriesResultDeliveriesItemStatus, attempts: Int, reason: String? = nil, createdAt: String, nextAt: String? = nil) {
        self.id = id
        self.webhookId = webhookId
        self.event = event
        self.status = status
        self.attempts = attempts
        self.reason = reason
        self.createdAt = createdAt
        self.nextAt = nextAt
    }
}

public struct WebhooksDeliveriesResult: Codable, Hashable, Sendable {
    public var deliveries: [WebhooksDeliveriesResultDeliveriesItem]

    public init(deliveries: [WebhooksDeliveriesResultDeliveriesItem]) {
        self.deliveries = deliveries
    }
}

public struct WebhooksListParams: Codable, Hashable, Sendable {
    public init() {}
}

public struct WebhooksListResultWebhooksItem: Codable, Hashable, Sendable {
    public var id: String
    public var url: String
    public var events: [String]
    public var description: String?
    public var createdBy: String
    public var createdAt: String
    public var disabled: String?

    public init(id: String, url: String, events: [String], description: String? = nil, createdBy: String, createdAt: String, disabled: String? = nil) {
        self.id = id
        self.url = url
        self.events = events
        self.description = description
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.disabled = disabled
    }
}

public struct WebhooksListResult: Codable, Hashable, Sendable {
    public var webhooks: [WebhooksListResultWebhooksItem]

    public init(webhooks: [WebhooksListResultWebhooksItem]) {
        self.webhooks = webhooks
    }
}

public struct WebhooksRedriveParams: Codable, Hashable, Sendable {
    public var id: String?
    public var webhookId: String?
    public var idempotencyKey: String

    public init(id: String? = nil, webhookId: String? = nil, idempotencyKey: String) {
        self.id = id
        self.webhookId = webhookId
        self.idempotencyKey = idempotencyKey
    }
}

public struct WebhooksRedriveResult: Codable, Hashable, Sendable {
    public var count: Int

    public init(count: Int) {
        self.count = count
    }
}

public struct WebhooksRemoveParams: Codable, Hashable, Sendable {
    public var id: String
    public var idempotencyKey: String

    public init(id: String, idempotencyKey: String) {
        self.id = id
        self.idempotencyKey = idempotencyKey
    }
}

public struct WebhooksRemoveResult: Codable, Hashable, Sendable {
    public var ok: Bool

    public init(ok: Bool) {
        self.ok = ok
    }
}

public struct WebhooksRotateParams: Codable, Hashable, Sendable {
    public var id: String
    public var idempotencyKey: String

    public init(id: String, idempotencyKey: String) {
        self.id = id
        self.idempotencyKey = idempotencyKey
    }
}

public struct WebhooksRotateResult: Codable, Hashable, Sendable {
    public var id: String
    public var secret: String

    public init(id: String, secret: String) {
        self.id = id
        self.secret = secret
    }
}
