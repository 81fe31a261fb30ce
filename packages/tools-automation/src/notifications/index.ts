export type {
  Notification,
  NotificationChannel,
  NotificationKind,
  NotificationPaper,
  NotificationPorts,
  NotificationPurpose,
  NotificationRecipient,
} from "./notification.ts";
export { type NotificationToolsOptions, notificationTools } from "./notification-tools.ts";
export { createNotifier, type NotificationState, type Notifier, type NotifierOptions } from "./notifier.ts";
export { notificationPersonalData } from "./personal-data.ts";
