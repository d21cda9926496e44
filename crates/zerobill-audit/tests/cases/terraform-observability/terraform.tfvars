alarms = 12
